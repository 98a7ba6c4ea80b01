/* links: what two alerts have to do with each other.
 *
 * They name the same container, passport, telephone …, or names that are spellings of one (core/names.h); or they are
 * likely to tell of one event, reported twice. The index finds alerts that may be linked (store/index.h); this decides,
 * and says why. Pure; any thread.
 */
#ifndef CORE_LINKS_H
#define CORE_LINKS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "core/document.h"

/* Shorter ones are too often the same by chance. */
enum { LINK_IDENTIFIER_MIN = 5 };

/* Something that both name. */
struct link {
    enum field_entity entity;
    const char *ours;   /* as it is compared (struct value), of a person all names */
    const char *theirs; /* the same text, unless the entity goes by name */
    double alike;       /* 1: the same; of names what name_alike() says */
};

/* What speaks for one event. What is not known in both speaks for nothing. */
struct event_match {
    int points;      /* LINK_EVENT_POINTS and above: probably one */
    int days;        /* between them: 0 or 1 */
    bool same_place; /* UN/LOCODE */
    bool other_place;
    bool same_taxon;
    bool other_taxon;   /* none in common */
    bool same_quantity; /* of one taxon, in one unit, within a twentieth */
    bool same_thing;    /* that goes by an identifier */
};
enum { LINK_EVENT_POINTS = 7 };

struct links {
    struct link *rows; /* names first; each of ours once */
    size_t count;
    bool is_event; /* `event` says something: dates are known to the day, at most one apart, in one country */
    struct event_match event;
    bool is_partial; /* one has so many names that not all were compared */
};
/* Pairs of names that two alerts may have compared: more is not a case, it is a flood. */
enum { LINK_NAMES_COMPARED_MAX = 4096 };

/* Both documents must be alive as long as *out, which lives in the arena. `alike_min`: of names, from 0 to 1;
 * NAME_ALIKE. NO_MEMORY. */
MUST_USE enum result links_between(struct links *out, struct arena *arena, const struct document *ours,
                                   const struct document *theirs, double alike_min);

/* Is this value a thing that alerts are linked by? Not names, which are compared otherwise. */
bool link_is_thing(const struct value *value);
/* Is it a name, or a part of one, by which persons or companies are linked? */
bool link_is_name(const struct value *value);

/* Every name of a person or company in an alert. */
typedef void link_visit_name(void *context, enum field_entity entity, const char *folded);
MUST_USE enum result link_each_name(struct arena *arena, const struct document *document, link_visit_name *visit,
                                    void *context);

/* Days since 1970 of a date that is known to the day (struct document); false if it is not. */
bool link_day(long *day, uint32_t date);
/* The date of a day: 20140505. */
uint32_t link_date(long day);

#endif
