/* merkle.c: a tree of hashes over the keys of a range: see merkle.h. */
#include "systems/kv/merkle.h"

#include <assert.h>
#include <string.h>

#include "base/draw.h"

/* Other bits of the key's hash than those that choose its range. */
uint32_t merkle_leaf(uint32_t key)
{
    return (uint32_t)(draw_mix(key + UINT64_C(1)) >> 40) % MERKLE_LEAVES;
}

/* Sums, not exclusive ors: two equal hashes must not cancel each other out. */
void merkle_change(struct merkle *tree, uint32_t key, uint64_t before, uint64_t after)
{
    uint32_t leaf = merkle_leaf(key);
    assert(leaf < MERKLE_LEAVES);
    if (before == after)
        return;
    tree->leaves[leaf] += after - before;
    tree->dirty |= UINT32_C(1) << leaf / MERKLE_FANOUT;
}

void merkle_change_in_order(struct merkle *tree, uint32_t key, uint64_t after)
{
    uint32_t leaf = merkle_leaf(key);
    assert(leaf < MERKLE_LEAVES);
    tree->leaves[leaf] = draw_mix(tree->leaves[leaf] ^ after);
    tree->dirty |= UINT32_C(1) << leaf / MERKLE_FANOUT;
}

static uint64_t hash_children(const uint64_t *children)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < MERKLE_FANOUT; i++)
        hash = draw_mix(hash ^ children[i]) + i;
    return hash;
}

void merkle_settle(struct merkle *tree)
{
    if (tree->dirty == 0)
        return;
    for (uint32_t i = 0; i < MERKLE_FANOUT; i++) {
        if ((tree->dirty >> i & 1) == 0)
            continue;
        tree->inner[i] = hash_children(&tree->leaves[(size_t)i * MERKLE_FANOUT]);
        tree->rehashed++;
    }
    tree->root = hash_children(tree->inner);
    tree->rehashed++;
    tree->dirty = 0;
}

uint32_t merkle_read(const struct merkle *tree, uint32_t level, uint32_t index, uint64_t *hashes)
{
    assert(level < MERKLE_LEVELS);
    assert(tree->dirty == 0);
    if (level == 0) {
        hashes[0] = tree->root;
        return 1;
    }
    assert(index < MERKLE_FANOUT);
    const uint64_t *from = level == 1 ? tree->inner : &tree->leaves[(size_t)index * MERKLE_FANOUT];
    memcpy(hashes, from, MERKLE_FANOUT * sizeof hashes[0]);
    return MERKLE_FANOUT;
}
