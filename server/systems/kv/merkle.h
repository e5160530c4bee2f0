/* merkle.h: a tree of hashes over the keys of one range, so that two replicas find what differs by
 * exchanging a few numbers.
 *
 * A fixed number of leaves; a key's leaf is a function of the key alone. A leaf's hash is the sum of
 * its keys' hashes, so it does not depend on the order in which they came and a change costs one
 * subtraction and one addition; inner nodes are hashed from their children, and only on the paths
 * that have changed (riak_core's hashtree has this shape). Merkle, 1987; Dynamo section 4.7.
 */
#ifndef CHEF_SYSTEMS_KV_MERKLE_H
#define CHEF_SYSTEMS_KV_MERKLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MERKLE_FANOUT = 8,
    MERKLE_LEVELS = 3, /* root, 8 inner nodes, 64 leaves */
    MERKLE_LEAVES = MERKLE_FANOUT * MERKLE_FANOUT,
};

/* All zero: an empty tree. No pointers. */
struct merkle {
    uint64_t root;
    uint64_t inner[MERKLE_FANOUT];
    uint64_t leaves[MERKLE_LEAVES];
    uint32_t dirty;    /* bits of inner nodes whose children have changed */
    uint32_t rehashed; /* nodes hashed so far */
};

uint32_t merkle_leaf(uint32_t key);
/* The hash of a key has changed; 0: it is not there. */
void merkle_change(struct merkle *tree, uint32_t key, uint64_t before, uint64_t after);
/* Bug: a leaf that depends on the order in which its keys came (KV-T10). */
void merkle_change_in_order(struct merkle *tree, uint32_t key, uint64_t after);
/* Rehashes what is dirty; to be called before looking. */
void merkle_settle(struct merkle *tree);
/* Copies one level below node `index` of the level above: 1 hash at level 0, else MERKLE_FANOUT. The
 * tree is settled. Returns how many. */
uint32_t merkle_read(const struct merkle *tree, uint32_t level, uint32_t index, uint64_t *hashes);

#endif
