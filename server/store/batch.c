/* batch.c - result rows on their way to the writer, packed into bytes.
 *
 * A row is its table (u16), number (u64) and time (i64), then for each column a tag and its value.
 * Texts travel along, so that a batch needs nothing of the run that it came from: the run may be
 * gone when the writer comes to it. Packed, because a struct for each cell would be mostly padding
 * and a batch of a fast run has tens of thousands of them. Bytes are the machine's own; they never
 * leave the process.
 *
 * Out of memory ends the program here: a server that cannot allocate some kilobytes has no better
 * way on, and inputs that were acknowledged are on the disk. */
#include "store/store_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum store_tag { STORE_TAG_NULL, STORE_TAG_NUMBER, STORE_TAG_TEXT, STORE_TAG_DECIMAL };
/* A decimal's tag is STORE_TAG_DECIMAL + its decimals. */

enum {
    BATCH_CAPACITY_FIRST = 4096,
    BATCH_TEXT_MAX = 1000,
    BATCH_ROW_BYTES_MAX = 18 + STORE_COLUMNS_MAX * (3 + BATCH_TEXT_MAX),
    BATCH_DECIMALS_MAX = 15,
};

_Static_assert(BATCH_TEXT_MAX <= UINT16_MAX, "a text's length fits its field");
_Static_assert(STORE_TABLES_MAX <= UINT16_MAX, "a table's index fits its field");
/* The buffer doubles from below STORE_BATCH_BYTES_MAX plus a row, and sizes have 32 bits. */
_Static_assert((uint64_t)STORE_BATCH_BYTES_MAX + BATCH_ROW_BYTES_MAX < UINT32_MAX / 2,
               "doubling never overflows");

/* Exact as doubles, so that dividing rounds once. */
static const double POWERS_OF_TEN[BATCH_DECIMALS_MAX + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

struct store_batch *store_batch_create(int64_t run)
{
    struct store_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        abort();
    }
    batch->run = run;
    batch->edge_ns = -1;
    return batch;
}

void store_batch_destroy(struct store_batch **batch)
{
    if (*batch != NULL) {
        free((*batch)->bytes);
        free(*batch);
        *batch = NULL;
    }
}

uint32_t store_batch_rows(const struct store_batch *batch)
{
    return batch->rows;
}

uint32_t store_batch_bytes(const struct store_batch *batch)
{
    return batch->length;
}

void store_batch_edge(struct store_batch *batch, int64_t t_ns, uint64_t digest)
{
    assert(t_ns >= 0);
    assert(t_ns >= batch->edge_ns); /* a live edge never goes back */
    batch->edge_ns = t_ns;
    batch->edge_digest = digest;
}

/* Room for one more row of any size. */
static void batch_reserve(struct store_batch *batch)
{
    uint32_t need = batch->length + BATCH_ROW_BYTES_MAX;
    if (need <= batch->capacity) {
        return;
    }
    uint32_t capacity = batch->capacity == 0 ? BATCH_CAPACITY_FIRST : batch->capacity;
    while (capacity < need) {
        capacity *= 2;
    }
    uint8_t *bytes = realloc(batch->bytes, capacity);
    if (bytes == NULL) {
        abort();
    }
    batch->bytes = bytes;
    batch->capacity = capacity;
}

static void batch_add(struct store_batch *batch, const void *bytes, uint32_t size)
{
    assert(batch->length + size <= batch->capacity);
    memcpy(batch->bytes + batch->length, bytes, size);
    batch->length += size;
}

void store_batch_row(struct store_batch *batch, uint32_t table, uint64_t row, int64_t time_ns)
{
    assert(batch->length < STORE_BATCH_BYTES_MAX);
    assert(table < STORE_TABLES_MAX);
    assert(row > 0);
    assert(time_ns >= 0);
    batch_reserve(batch);
    uint16_t table_small = (uint16_t)table;
    batch_add(batch, &table_small, sizeof table_small);
    batch_add(batch, &row, sizeof row);
    batch_add(batch, &time_ns, sizeof time_ns);
    batch->rows++;
}

void store_batch_null(struct store_batch *batch)
{
    uint8_t tag = STORE_TAG_NULL;
    batch_add(batch, &tag, 1);
}

void store_batch_number(struct store_batch *batch, int64_t value)
{
    uint8_t tag = STORE_TAG_NUMBER;
    batch_add(batch, &tag, 1);
    batch_add(batch, &value, sizeof value);
}

void store_batch_decimal(struct store_batch *batch, int64_t value, uint8_t decimals)
{
    assert(decimals <= BATCH_DECIMALS_MAX);
    uint8_t tag = (uint8_t)(STORE_TAG_DECIMAL + decimals);
    batch_add(batch, &tag, 1);
    batch_add(batch, &value, sizeof value);
}

void store_batch_text(struct store_batch *batch, const char *text)
{
    assert(text != NULL);
    size_t size = strlen(text);
    uint16_t length = (uint16_t)(size < BATCH_TEXT_MAX ? size : BATCH_TEXT_MAX);
    uint8_t tag = STORE_TAG_TEXT;
    batch_add(batch, &tag, 1);
    batch_add(batch, &length, sizeof length);
    batch_add(batch, text, length);
}

bool store_batch_put(struct store *store, struct store_batch **batch)
{
    uint32_t bytes = (*batch)->length + (uint32_t)sizeof(struct store_batch);
    pthread_mutex_lock(&store->lock);
    /* Into an empty queue anything goes: else a batch larger than the limit would never be written. */
    bool room = store->queue_bytes == 0 || store->queue_bytes + bytes <= STORE_QUEUE_BYTES_MAX;
    pthread_mutex_unlock(&store->lock);
    if (!room) {
        return false;
    }
    struct store_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        abort();
    }
    job->kind = STORE_JOB_BATCH;
    job->bytes = bytes;
    job->run = (*batch)->run;
    job->batch = *batch;
    *batch = NULL;
    store_queue(store, job);
    return true;
}

/* ---- The writer's side ---- */

/* Binds the cell at `at` to parameter `index`; returns where the next one begins. */
static const uint8_t *batch_bind(struct sqlite3_stmt *insert, int index, const uint8_t *at)
{
    uint8_t tag = *at++;
    if (tag == STORE_TAG_NULL) {
        (void)sqlite3_bind_null(insert, index);
        return at;
    }
    if (tag == STORE_TAG_TEXT) {
        uint16_t length;
        memcpy(&length, at, sizeof length);
        (void)sqlite3_bind_text(insert, index, (const char *)at + sizeof length, length,
                                SQLITE_STATIC);
        return at + sizeof length + length;
    }
    int64_t value;
    memcpy(&value, at, sizeof value);
    if (tag == STORE_TAG_NUMBER) {
        (void)sqlite3_bind_int64(insert, index, value);
    } else {
        double power = POWERS_OF_TEN[tag - STORE_TAG_DECIMAL];
        (void)sqlite3_bind_double(insert, index, (double)value / power);
    }
    return at + sizeof value;
}

/* The INSERT of a table, prepared when its first row comes. Names are from the program's own tables,
 * and quoted all the same. */
static int insert_prepare(struct store *store, uint32_t table)
{
    assert(store->inserts[table] == NULL);
    const struct store_table *made_of = &store->tables[table];
    sqlite3_str *sql = sqlite3_str_new(store->writer);
    sqlite3_str_appendf(sql, "INSERT INTO \"%w\" (run,row,t_ms", made_of->name);
    for (uint32_t i = 0; i < made_of->column_count; i++) {
        sqlite3_str_appendf(sql, ",\"%w\"", made_of->columns[i].name);
    }
    sqlite3_str_appendall(sql, ") VALUES (?,?,?");
    for (uint32_t i = 0; i < made_of->column_count; i++) {
        sqlite3_str_appendall(sql, ",?");
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int status = text == NULL
                     ? SQLITE_NOMEM
                     : sqlite3_prepare_v3(store->writer, text, -1, SQLITE_PREPARE_PERSISTENT,
                                          &store->inserts[table], NULL);
    sqlite3_free(text);
    return status == SQLITE_OK ? 0 : -1;
}

/* Unpacks what the functions above have packed. A step that fails leaves the transaction to be rolled
 * back: half a batch is never seen. */
int store_batch_insert(struct store *store, const struct store_batch *batch)
{
    const uint8_t *at = batch->bytes;
    for (uint32_t i = 0; i < batch->rows; i++) {
        uint16_t table;
        int64_t numbers[2]; /* row, time */
        memcpy(&table, at, sizeof table);
        memcpy(numbers, at + sizeof table, sizeof numbers);
        at += sizeof table + sizeof numbers;
        assert(table < store->table_count);
        if (store->inserts[table] == NULL && insert_prepare(store, table) != 0) {
            return -1;
        }
        struct sqlite3_stmt *insert = store->inserts[table];
        (void)sqlite3_bind_int64(insert, 1, batch->run);
        (void)sqlite3_bind_int64(insert, 2, numbers[0]);
        /* t_ms to the microsecond: a division of whole numbers below 2^53 reads back exactly. */
        (void)sqlite3_bind_double(insert, 3, (double)(numbers[1] / 1000) / 1000.0);
        for (uint32_t c = 0; c < store->tables[table].column_count; c++) {
            at = batch_bind(insert, (int)c + 4, at);
        }
        int status = sqlite3_step(insert);
        (void)sqlite3_reset(insert);
        if (status != SQLITE_DONE) {
            return -1;
        }
    }
    assert(at == batch->bytes + batch->length);
    return 0;
}
