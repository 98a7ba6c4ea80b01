/* trouble: what breaks around the nodes: power, disks, wires, clocks, and members that are not what they seem.
 *
 * Each is one incident, at a node or a wire by chance, and ends by itself if it has to end.
 */
#ifndef SIM_TROUBLE_H
#define SIM_TROUBLE_H

#include <stddef.h>
#include <stdint.h>

/* A node stops in the middle of one of its next writes; now, in one of the ways in which nodes end. */
void trouble_crash_soon(void);
void trouble_end_one(void);
/* A node stops in the write of a turn in which it has said much before that write. */
void trouble_crash_while_talking(void);
/* What nodes say, for that. */
void trouble_hear(int node, size_t bytes);
/* A wire breaks; a way is shut, in one direction or both; a node is alone; a way is thin or long. */
void trouble_cut(void);
void trouble_shut_way(void);
void trouble_isolate(void);
void trouble_slow_down(void);
/* This node, for so long. */
void trouble_isolate_node(int node, uint64_t ms);
/* A disk is full for a while. */
void trouble_fill_disk(void);
/* The wall clock of a node is set wrong, and later right again. */
void trouble_set_clock(void);
/* A member sends its entries wrongly for a while; somebody says again what was said. */
void trouble_lie_for_a_while(void);
void trouble_replay(void);

#endif
