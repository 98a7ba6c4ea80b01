#include "daemon/releases.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/history.h"

enum { NAMES_MAX = 6 };

const char *releases_names(struct arena *arena, const struct field_set *slots) {
    const char *names = "";
    size_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_set_has(slots, slot) ? field_at(slot) : NULL;
        if (field && count++ < NAMES_MAX)
            names = text_format(arena, "%s%s%s", names, *names ? ", " : "", field->path);
    }
    return count > NAMES_MAX ? text_format(arena, _("%s and %zu more"), names, count - NAMES_MAX) : names;
}

/* A release on its way from wish to entry; all in memory of the turn. */
struct giving {
    struct exchange *exchange;
    const struct release_wish *wish;
    const char **complaint;
    const struct member *reader;
    struct holding holding;
    struct field_set fields; /* that the person opens */
    struct policy_audience alone;
    struct policy_opening opening;
    struct policy_hop hop;
    struct field_set shown; /* the decision */
    bool is_ours;           /* this node made the alert */
};

static enum result complain(struct giving *giving, enum result result, const char *text) {
    *giving->complaint = text;
    return result;
}

static enum result complain_of(struct giving *giving, const struct field_set *fields, const char *format) {
    struct arena *arena = &giving->exchange->turn;
    *giving->complaint = text_format(arena, "%s: %s", releases_names(arena, fields), format);
    return RESULT_INVALID;
}

/* --- what it is about --- */

static enum result find_alert(struct giving *giving) {
    struct exchange *exchange = giving->exchange;
    const struct request_thread *thread = giving->wish->thread;
    const struct index_row *row = index_find(exchange->index, thread->object);
    giving->reader = roster_find(exchange->roster, thread->peer);
    if (!giving->reader)
        return complain(giving, RESULT_NOT_FOUND, _("who asked is no member any more"));
    if (!row)
        return complain(giving, RESULT_NOT_FOUND, _("the alert is not here any more"));
    TRY(exchange_load(exchange, &exchange->turn, row, &giving->holding));
    giving->is_ours = exchange_is_ours(exchange, &giving->holding.disclosure);
    if (!exchange_is_current(exchange, &giving->holding))
        return complain(
            giving, RESULT_NOT_ALLOWED,
            _("a newer version is here, or the alert is in doubt: refuse, and say why; who asked may ask for "
              "the newer one"));
    return RESULT_OK;
}

/* What this reader is told of such an alert without asking. */
static struct policy_view usual_view(const struct giving *giving) {
    const struct exchange *exchange = giving->exchange;
    struct policy_view view = {0};
    for (size_t i = 0; i < exchange->policy->audience_count; i++) {
        const struct policy_audience *audience = &exchange->policy->audiences[i];
        const struct member *reader = giving->reader;
        bool is_told =
            giving->is_ours ? audience->publish : exchange_forwards(exchange, giving->holding.feed, audience);
        if (is_told && policy_selects(&audience->members, reader->name, reader->role, reader->country))
            view.fields = field_set_or(view.fields, audience->view.fields);
    }
    return view;
}

/* What the asker wants it for stands for what its audience uses alerts for. */
static enum result find_purposes(struct giving *giving) {
    RequestStep *asked;
    const char **purposes = arena_array(&giving->exchange->turn, 1, sizeof *purposes);
    if (!purposes)
        return RESULT_NO_MEMORY;
    TRY(requests_last(&asked, &giving->exchange->turn, giving->wish->thread, REQUEST_ASK));
    purposes[0] = asked->purpose;
    giving->alone.purposes = purposes;
    giving->alone.purpose_count = asked->purpose ? 1 : 0;
    return RESULT_OK;
}

static enum result decide(struct giving *giving) {
    struct exchange *exchange = giving->exchange;
    const struct member *reader = giving->reader;
    struct marking marking;
    giving->alone = (struct policy_audience){
        .name = history_audience(&exchange->turn, reader),
        .members = {.role = reader->role, .country = reader->country, .name = reader->name},
        .view = usual_view(giving),
    };
    if (!giving->alone.name)
        return RESULT_NO_MEMORY;
    TRY(find_purposes(giving));
    TRY(policy_marking(&marking, giving->holding.disclosure.header));
    giving->opening = (struct policy_opening){.fields = giving->fields, .most = &exchange->policy->release};
    giving->hop = exchange_hop(exchange, &giving->alone, &giving->holding.disclosure);
    giving->hop.opening = &giving->opening;
    giving->shown = policy_decide(&marking, &giving->alone.view, &giving->hop);
    enum marking_rule rule = policy_marking_allows(&marking, &giving->hop);
    struct field_set passes = policy_marking_passes(&marking, &giving->hop);
    struct field_set forbidden = field_set_minus(giving->fields, passes);
    if (field_set_is_empty(&forbidden))
        return RESULT_OK;
    *giving->complaint =
        text_format(&exchange->turn, _("%s; ask its originator: inama request, with --for this request"),
                    policy_marking_text(rule == MARKING_ALLOWS ? MARKING_RELEASED : rule));
    return RESULT_MARKING_FORBIDS;
}

/* --- whether it may be so --- */

static enum result check_policy(struct giving *giving) {
    const struct policy_release *most = &giving->exchange->policy->release;
    struct field_set beyond = field_set_minus(giving->fields, most->view.fields);
    if (most->line == 0)
        return complain(giving, RESULT_NOT_ALLOWED,
                        _("policy.yaml has no \"release:\", so nothing may be released; see inama-policy(5)"));
    return field_set_is_empty(&beyond) ? RESULT_OK
                                       : complain_of(giving, &beyond, _("not shown under \"release:\" in policy.yaml"));
}

/* Whose alert it is not can neither open what it does not hold, nor give leave. */
static enum result check_ours(struct giving *giving) {
    const RequestStep *step = giving->wish->step;
    struct field_set beyond = field_set_minus(giving->fields, giving->holding.disclosure.shown);
    if (!field_set_is_empty(&beyond))
        return complain_of(giving, &beyond,
                           _("this node does not see it itself; ask on: inama request, with --for this request"));
    if (!giving->is_ours && (step->n_onward || step->judicial || step->has_until))
        return complain(giving, RESULT_NOT_ALLOWED,
                        _("only the originator of an alert gives leave to pass it on or to use it in court: inama "
                          "request, with --for this request"));
    return RESULT_OK;
}

/* What the asker has already it has to be shown again: otherwise the view that it has stays. */
static enum result check_seen(struct giving *giving) {
    RequestStep *asked;
    TRY(requests_last(&asked, &giving->exchange->turn, giving->wish->thread, REQUEST_ASK));
    struct field_set seen = asked->has_shown ? release_slots(asked->shown) : (struct field_set){0};
    struct field_set unseen = field_set_minus(seen, giving->shown);
    return field_set_is_empty(&unseen)
               ? RESULT_OK
               : complain_of(
                     giving, &unseen,
                     _("who asked says that it sees this already; one view has to show all: add it to --fields"));
}

static enum result check_meaning(struct giving *giving) {
    const struct field *with, *misread;
    struct field_set shown = field_set_and(giving->shown, giving->holding.disclosure.shown);
    misread = policy_misread(&shown, &with);
    if (!misread)
        return RESULT_OK;
    *giving->complaint = text_format(&giving->exchange->turn,
                                     _("%s would be misread without %s: add that to --fields, or leave both out"),
                                     misread->path, with->path);
    return RESULT_INVALID;
}

static bool is_earlier(const struct giving *giving, const struct request_thread *other) {
    const struct request_thread *thread = giving->wish->thread;
    return other != thread && !other->ours && other->state == REQUEST_RELEASED &&
           memcmp(other->peer, thread->peer, MEMBER_ID_SIZE) == 0 &&
           memcmp(other->object, thread->object, RELEASE_OBJECT_SIZE) == 0;
}

/* A release takes the place of the one before it, so it speaks of all that was released. */
static enum result check_earlier(struct giving *giving) {
    const struct requests *requests = &giving->exchange->requests;
    for (size_t i = 0; giving->is_ours && i < requests->count; i++) {
        RequestStep *step;
        if (!is_earlier(giving, &requests->rows[i]))
            continue;
        TRY(requests_last(&step, &giving->exchange->turn, &requests->rows[i], REQUEST_RELEASE));
        struct field_set before = release_slots(step->slots), lost = field_set_minus(before, giving->fields);
        if (!field_set_is_empty(&lost))
            return complain_of(giving, &lost,
                               _("was released to it before, and this release takes the place of that: add it to "
                                 "--fields"));
    }
    return RESULT_OK;
}

static enum result prepare(struct giving *giving) {
    const struct release_wish *wish = giving->wish;
    enum request_state state = wish->thread->state;
    if (request_follow(&state, REQUEST_RELEASE, wish->thread->ours))
        return complain(giving, RESULT_NOT_ALLOWED,
                        wish->thread->ours ? _("this node asked; whom it asked releases")
                                           : _("it was released before"));
    TRY(requests_may_say(giving->exchange, wish->thread, wish->step));
    giving->fields = release_slots(wish->step->slots);
    TRY(find_alert(giving));
    TRY(check_policy(giving));
    TRY(check_ours(giving));
    TRY(decide(giving));
    TRY(check_seen(giving));
    TRY(check_meaning(giving));
    return check_earlier(giving);
}

/* --- giving it --- */

static enum result sign(struct giving *giving, struct span *out) {
    struct exchange *exchange = giving->exchange;
    const RequestStep *step = giving->wish->step;
    ReleaseTerms terms = RELEASE_TERMS__INIT;
    terms.object = proto_bytes(giving->wish->thread->object, RELEASE_OBJECT_SIZE);
    terms.reader = proto_bytes(giving->wish->thread->peer, MEMBER_ID_SIZE);
    terms.request = proto_bytes(giving->wish->thread->id, REQUEST_ID_SIZE);
    terms.slots = step->slots;
    terms.created = giving->hop.when;
    terms.has_until = step->has_until;
    terms.until = step->until;
    terms.has_judicial = step->has_judicial;
    terms.judicial = step->judicial;
    terms.onward = step->onward;
    terms.n_onward = step->n_onward;
    return release_sign(out, &exchange->turn, &terms, exchange->identity);
}

static enum result encode_ours(struct giving *giving, struct span *body) {
    struct arena *arena = &giving->exchange->turn;
    struct disclosure narrow;
    struct release release;
    struct span signed_bytes;
    struct buf bytes;
    buf_init(&bytes, arena);
    TRY(sign(giving, &signed_bytes));
    TRY(release_decode(&release, arena, signed_bytes));
    TRY(disclosure_narrow(&narrow, arena, &giving->holding.disclosure, &giving->shown));
    narrow.release = &release;
    TRY(disclosure_encode(&bytes, arena, &narrow));
    *body = buf_span(&bytes);
    return RESULT_OK;
}

static enum result tell(struct giving *giving) {
    struct exchange *exchange = giving->exchange;
    const struct disclosure *disclosure = &giving->holding.disclosure;
    char digits[2 * REQUEST_ID_SIZE + 1];
    text_hex(digits, giving->wish->thread->id, REQUEST_ID_SIZE);
    struct telling telling = {
        .audience = &giving->alone,
        .header = disclosure->header,
        .object = disclosure->object,
        .sequence = giving->holding.stored.sequence,
        .shown = field_set_and(giving->shown, disclosure->shown),
        .rule = disclosures_rule(&exchange->turn, exchange->policy, exchange->policy->release.line,
                                 text_format(&exchange->turn, "release %s", digits)),
        .by = giving->wish->by,
    };
    if (giving->is_ours)
        TRY(encode_ours(giving, &telling.body));
    else
        TRY(disclosure_pass_on(&telling.body, &exchange->turn, disclosure, &giving->shown, &giving->hop));
    TRY(exchange_may_write(exchange));
    TRY(exchange_begin(exchange));
    return exchange_append(exchange, &telling, giving->hop.when);
}

enum result releases_check(struct exchange *exchange, const struct release_wish *wish, const char **complaint) {
    struct giving giving = {.exchange = exchange, .wish = wish, .complaint = complaint};
    return prepare(&giving);
}

enum result releases_give(struct exchange *exchange, const struct release_wish *wish, const char **complaint) {
    struct giving giving = {.exchange = exchange, .wish = wish, .complaint = complaint};
    TRY(prepare(&giving));
    TRY(tell(&giving));
    enum result result = requests_say(exchange, wish->thread, wish->step);
    if (result)
        exchange->failure = result; /* no release without its step */
    return result;
}
