/* readers: people who open alerts, and who hears of that.
 *
 * Every policy but the secretariat's has it told and passed on. Whatever breaks: nobody is said to have opened what was
 * not shown to it, and who is said to have heard of an opening has it on its disk.
 */
#ifndef SIM_READERS_H
#define SIM_READERS_H

#include "tests/sim/world.h"

/* Nobody has opened anything yet. */
void readers_begin(void);
/* At a node by chance somebody is shown an alert that came from another. */
void readers_open_one(void);
/* What is owed to somebody who could be told; NULL: nothing. In static memory. */
const char *readers_missing(void);
/* Once nothing moves any more. */
void readers_judge(void);

#endif
