/* policy: the one place that decides who may see which field.
 *
 * Three things meet: the originator's marking in the alert, this administration's policy file, and the reader. Nothing
 * is shown that is not named (deny by default), and the stricter of marking and policy holds. Sending, receiving,
 * forwarding, showing and the live feed all ask here. Pure; a `struct policy` is immutable once read: any thread.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "alert.pb-c.h"
#include "base/arena.h"
#include "base/report.h"
#include "base/result.h"
#include "base/span.h"
#include "core/fields.h"

/* One "show" or "hide" item of the file: a class, a field, or all. */
struct policy_item {
    const char *text;
    struct field_set fields;
    size_t line;
};

/* What may be seen: everything named by `show` and not by `hide`. */
struct policy_view {
    struct policy_item *show;
    size_t show_count;
    struct policy_item *hide;
    size_t hide_count;
    struct field_set fields; /* the outcome */
    size_t line;
};

/* Members of the roster by role, country or name; NULL: any. */
struct policy_selector {
    const char *role;
    const char *country;
    const char *name;
};

struct policy_audience {
    const char *name;
    struct policy_selector members;
    struct policy_view view;
    bool publish;              /* our own alerts go there */
    const char *const *urgent; /* kinds and urgencies of what goes by its urgent feed (core/lane.h) */
    size_t urgent_count;
    const char *const *purposes; /* codes: what its members use alerts for */
    size_t purpose_count;
    bool carried;                    /* others may carry the feed, who cannot read it: */
    struct policy_selector carriers; /* these */
    size_t line;
};

/* What comes from `from` goes on to `to`. */
struct policy_forward {
    struct policy_selector from;
    const struct policy_audience **to;
    size_t to_count;
    size_t line;
};

/* Whose feeds this node carries to their readers, without reading them. */
struct policy_carry {
    struct policy_selector from;
    size_t line;
};

/* Who hears that an alert was opened here, of those who told it to us (core/opened.h). */
struct policy_tell_opened {
    struct policy_selector to;
    uint32_t step; /* milliseconds: how exactly they hear when */
    bool pass;     /* they hear it of those, too, to whom we passed the alert on and who tell us */
    size_t line;
};

/* What this node takes from whom. */
struct policy_accept {
    struct policy_selector from;
    struct policy_view view;
    size_t line;
};

/* What operators may open to one reader who asks, and whether it takes two of them. */
struct policy_release {
    struct policy_view view; /* at most this */
    bool two_persons;
    size_t line; /* 0: the file does not have it, nothing may be released */
};

struct policy {
    const char *file;
    struct policy_audience *audiences;
    size_t audience_count;
    struct policy_forward *forwards;
    size_t forward_count;
    struct policy_accept *accepts;
    size_t accept_count;
    struct policy_carry *carries;
    size_t carry_count;
    struct policy_tell_opened *tells_opened;
    size_t tell_opened_count;
    struct policy_release release;
    uint32_t expired_days;        /* after which the content of what has expired is erased; 0: it is not for that */
    bool keeps_own;               /* what this node made is not erased for its dates */
    struct policy_view operators; /* people at this node, by the command line */
    struct policy_view live;      /* programs at this node, by the live feed */
};

/* Reads a policy file; all that is wrong with it goes into the report, INVALID then. TOO_LARGE, NO_MEMORY. Everything
 * lives in the arena. */
MUST_USE enum result policy_read(struct policy **out, struct arena *arena, const char *name, struct span yaml,
                                 struct report *report);
const struct policy_audience *policy_find_audience(const struct policy *policy, const char *name);
/* The audience that a feed of ours is for, by the feed's name; NULL if the policy has none such any more. */
const struct policy_audience *policy_audience_of(const struct policy *policy, const char *feed_audience);
/* Does an alert with this header go by the urgent feed of the audience? */
bool policy_is_urgent(const struct policy_audience *audience, const AlertHeader *header);

/* What "all", the name of a class, the dotted path of a field, or a group ("legs.*") stands for. False: none of them.
 */
bool policy_fields(struct field_set *out, const char *text);

/* Of what is shown, a field that would be misread without another that is not: a quantity without its unit. *with is
 * that other; NULL: there is none. */
const struct field *policy_misread(const struct field_set *shown, const struct field **with);

/* Is this member of the roster meant? */
bool policy_selects(const struct policy_selector *selector, const char *name, const char *role, const char *country);

/* What this member hears of what is opened here: by the first rule that means it; NULL: nothing. */
const struct policy_tell_opened *policy_tells_opened(const struct policy *policy, const char *name, const char *role,
                                                     const char *country);

/* The originator's marking, from the header, with which it shares memory. */
enum {
    HANDLING_H0 = 1 << 0, /* Europol */
    HANDLING_H1 = 1 << 1,
    HANDLING_H2 = 1 << 2,
    HANDLING_H3 = 1 << 3,
    HANDLING_P = 1 << 4, /* United Kingdom, 3x5x2: sharing, and under C the action and the sanitisation code */
    HANDLING_C = 1 << 5,
    HANDLING_A1 = 1 << 6,
    HANDLING_A2 = 1 << 7,
    HANDLING_A3 = 1 << 8,
    HANDLING_S1 = 1 << 9,
    HANDLING_S2 = 1 << 10,
};
enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED };
enum onward { ONWARD_UNSAID, ONWARD_NONE, ONWARD_NATIONAL, ONWARD_COMMUNITY, ONWARD_ASK };
struct marking_list {
    char *const *codes;
    size_t count;
};
struct marking {
    enum tlp tlp;
    unsigned handling;
    enum onward onward;
    struct marking_list roles; /* to these alone; none: to all. The same for what follows */
    struct marking_list countries;
    struct marking_list purposes;
    bool purpose_in_words; /* one that is no code: a person must weigh it */
    bool not_for_iccwc;
    uint32_t hops_max;           /* members that it may go through; 0: not limited */
    uint64_t embargo_until;      /* wall milliseconds, like all times here; 0: none */
    uint64_t expires;            /* 0: never */
    const char *retention_until; /* a date, or month, or year; NULL: none */
    bool is_recall;              /* then nothing else is read, or binds: it shows nothing and goes everywhere */
};
/* INVALID for a code that this version does not know, and for C without its two codes: then nothing may be shown to
 * anybody. */
MUST_USE enum result policy_marking(struct marking *out, const AlertHeader *header);

/* What the originator has signed about some slots of this version, for one reader (core/release.h). That reader passes
 * them on to `onward`, and to nobody else: they are not the marking's to give any more. To those, what the marking says
 * about passing on is answered, but not TLP:RED, what has ended, purposes or an embargo; judicial proceedings only
 * where it says so. */
struct policy_consent {
    struct field_set fields;
    uint64_t until; /* wall milliseconds; 0: no end */
    bool judicial;
    const struct policy_selector *onward;
    size_t onward_count;
};

/* More than the view: what a person opens to this reader, as far as the policy lets people open. */
struct policy_opening {
    struct field_set fields;
    const struct policy_release *most;
};

/* One step from one member to others. */
struct policy_hop {
    bool from_originator; /* the sender made the alert */
    bool is_arrival;      /* seen by the reader, who cannot know for which purpose it was told */
    uint32_t hops;        /* members that it has then gone through, the reader counted: 1 from the originator */
    uint64_t when;        /* 0: here, where it is; nothing ends */
    bool has_older;       /* of a recall that arrives: what it takes back is here */
    const char *sender_country;
    struct policy_selector reader;
    const char *const *purposes; /* what the readers use it for, by the sender's policy */
    size_t purpose_count;
    const struct policy_consent *consent; /* it came with a release; NULL: without */
    bool is_senders;                      /* which was made for the sender of this hop */
    const struct policy_opening *opening; /* NULL: none */
};

/* Why a marking lets a hop pass or not. In the order in which they are looked at. */
enum marking_rule {
    MARKING_ALLOWS,
    MARKING_RETENTION,        /* it is to be deleted by now */
    MARKING_EXPIRED,          /* it does not hold any more */
    MARKING_TLP_RED,          /* individual recipients only */
    MARKING_ICCWC,            /* not shared with secretariats */
    MARKING_TLP_AMBER_STRICT, /* the recipient's organisation only */
    MARKING_H2,               /* not to be passed on without the provider's permission */
    MARKING_S2,               /* neither reduced nor passed on without consultation */
    MARKING_ASK,              /* the originator wants to be asked */
    MARKING_H3,               /* a restriction in words, which only a person can weigh */
    MARKING_PURPOSE_IN_WORDS, /* the same of a purpose */
    MARKING_PURPOSE,          /* the readers use it for something else */
    MARKING_H1,               /* not to judicial proceedings without the provider's permission */
    MARKING_A2,               /* the same */
    MARKING_ONWARD,           /* the onward rule */
    MARKING_ROLE,
    MARKING_COUNTRY,
    MARKING_HOPS,
    MARKING_TLP_AMBER, /* the recipient's organisation and its own country's agencies */
    MARKING_EMBARGO,   /* not yet */
    MARKING_RULES,
    MARKING_RELEASED =
        MARKING_RULES /* of some slots, never of a whole hop: released to the sender alone, or to others */
};
enum marking_rule policy_marking_allows(const struct marking *marking, const struct policy_hop *hop);
/* The slots that the marking lets over this hop, with the consent that it carries: all, none, or, where there is one,
 * those that it is about or all others. */
struct field_set policy_marking_passes(const struct marking *marking, const struct policy_hop *hop);
/* Is it needed for what is shown over this hop, and must travel with it? */
bool policy_needs_consent(const struct policy_hop *hop, const struct field_set *shown);
/* "H2: not to be passed on without the provider's permission", translated. */
const char *policy_marking_text(enum marking_rule rule);

/* THE decision: which slots of an alert with this marking the readers of this view may see over this hop. Of a recall:
 * none. */
struct field_set policy_decide(const struct marking *marking, const struct policy_view *view,
                               const struct policy_hop *hop);

/* The rule that decided for one slot, as "policy.yaml:12: hide: persons" or a marking's text; in the arena. */
const char *policy_explain(struct arena *arena, const struct policy *policy, const struct marking *marking,
                           const struct policy_view *view, const struct policy_hop *hop, size_t slot);

/* May this be here? What the sender showed, over the hop to us: MARKING_FORBIDS, FIELD_REFUSED. `sender` as it stands
 * in the roster. A recall that shows nothing may: from whom this node accepts anything, and from anybody where what it
 * takes back is here. */
MUST_USE enum result policy_admit(const struct policy *policy, const struct marking *marking,
                                  const struct policy_hop *hop, const struct policy_selector *sender,
                                  const struct field_set *shown);

#endif
