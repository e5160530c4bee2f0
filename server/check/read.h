/* read.h - histories from text: the formats of Jepsen, Elle, Porcupine, AWDIT and this laboratory.
 *
 * | format | what stands there |
 * |---|---|
 * | edn   | operation maps of Jepsen in one vector or list, or one after the other |
 * | json  | the same as JSON: one array, or JSON Lines. This laboratory writes these, too: {process,
 *           type, f, key, value, time, index, op_id, level} |
 * | log   | "INFO  jepsen.util - 0<tab>:invoke<tab>:read<tab>nil" |
 * | awdit | transactions: "w KEY VALUE" and "r KEY VALUE"; "-----" ends a transaction, "=====" a session |
 * | csv   | a row an operation, columns found by name: process, type (ok, fail, info), f, key, value,
 *           invoke_ns and complete_ns (or ..._ms with decimals); also result, what was told, and level |
 *
 * What holds for all of them:
 * - Events stand in the order in which they happened; those of one and the same moment (equal `time`)
 *   are concurrent: calls of a moment come before its returns. Rows of CSV are put in order by time.
 * - A completion belongs to the open invocation of its process. None open, one that is still open, or
 *   one more after "info": an error with its line.
 * - A process that is no number (Jepsen's nemesis) is no client: left out.
 * - `#jepsen.independent/tuple [k v]` is a key and a value.
 * - A number that is no 64-bit integer is the text that stands there.
 * - In JSON, a key of an object that is written like an integer is one: {"7": 100} is {7 100}.
 * A text that holds no operation is refused: it would be valid in every model. So is one that holds none
 * of the levels that are asked for. */
#ifndef CHECK_READ_H
#define CHECK_READ_H

#include "check/history.h"

enum check_format {
    CHECK_FORMAT_DETECT,
    CHECK_FORMAT_EDN,
    CHECK_FORMAT_JSON,
    CHECK_FORMAT_LOG,
    CHECK_FORMAT_AWDIT,
    CHECK_FORMAT_CSV,
    CHECK_FORMATS
};
extern const char *const CHECK_FORMAT_NAMES[CHECK_FORMATS]; /* "detect", "edn" ... */

enum { CHECK_OPERATIONS_MAX = 50 * 1000 * 1000 }; /* of one history */

/* Of operations that say under which promise they were made (`level`) only some may be wanted: names
 * with commas between them, "strong,local"; NULL: all operations. */

/* 0 and a history that the caller frees; or -1 and one sentence that begins with "line N: ", and no
 * history. `text` need not end with a zero byte. The history takes at most `bytes_max`, reading it at
 * most twice as much. */
int check_read_levels(const char *text, size_t length, enum check_format format, const char *levels,
                      size_t bytes_max, struct check_history **history, struct error *error);
/* All operations. */
int check_read(const char *text, size_t length, enum check_format format, size_t bytes_max,
               struct check_history **history, struct error *error);

#endif
