/* The answers to `inama request`, `inama requests`, and to the steps that follow. */
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "daemon/answer.h"
#include "daemon/node.h"
#include "daemon/releases.h"

static struct arena *turn_of(struct node *node) {
    return &node->exchange.turn;
}

static enum result find_thread(struct request_thread **out, struct node *node, const char *digits,
                               const char **complaint) {
    enum result result = requests_find_prefix(&node->exchange.requests, digits, out);
    if (result == RESULT_NOT_FOUND)
        *complaint = _("no request here begins with these digits; inama requests lists them");
    else if (result == RESULT_EXISTS)
        *complaint = _("more than one request begins with these digits: give more of them");
    else if (result == RESULT_INVALID)
        *complaint =
            _("a request is named by at least four hexadecimal digits of its id, as inama requests prints them");
    return result;
}

/* --- asking --- */

/* A member whom we call, or who has called us: it will hear of it. */
static bool is_reached(const struct node *node, const struct member *member) {
    const struct peer *peer = member ? peers_find(&node->peers, member->id) : NULL;
    return peer && (peer->address || peer->connection);
}

static enum result find_whom(const struct member **out, struct node *node, const Ask *words,
                             const struct holding *holding, const char **complaint) {
    const struct roster *roster = node->roster;
    const struct member *originator = roster_find(roster, holding->disclosure.header->originator.data);
    const struct member *source = holding->feed ? roster_find(roster, holding->feed->record.author) : NULL;
    *out = words->to                                 ? roster_find_name(roster, words->to)
           : is_reached(node, originator) || !source ? originator
                                                     : source;
    if (!holding->feed)
        *complaint = _("this node made the alert itself: it sees all of it");
    else if (!*out)
        *complaint = words->to ? _("the roster has no such member")
                               : _("neither its originator nor who told us of it is a member any more");
    else if (*out == node->exchange.self)
        *complaint = _("that is this node itself");
    else
        return RESULT_OK;
    return RESULT_INVALID;
}

/* What it would not take must not be asked for: it would come, be refused, and be lost here. */
static enum result check_accept(struct node *node, const struct member *whom, const struct holding *holding,
                                const struct field_set *slots, const char **complaint) {
    const struct policy_hop hop = {.from_originator = true,
                                   .is_arrival = true,
                                   .sender_country = whom->country,
                                   .reader = exchange_local_hop(&node->exchange).reader};
    const struct policy_selector sender = {.role = whom->role, .country = whom->country, .name = whom->name};
    struct field_set all = field_set_or(*slots, holding->disclosure.shown);
    struct marking marking;
    TRY(policy_marking(&marking, holding->disclosure.header));
    enum result result = policy_admit(node->policy, &marking, &hop, &sender, &all);
    if (result == RESULT_FIELD_REFUSED)
        *complaint = text_format(turn_of(node),
                                 _("this node's own policy does not accept these fields from %s: see \"accept:\" in "
                                   "policy.yaml"),
                                 whom->name);
    return result;
}

static enum result fill_request(RequestStep *step, struct node *node, const Ask *words, const struct holding *holding,
                                const char **complaint) {
    uint8_t *bytes = arena_alloc(turn_of(node), FIELD_SLOTS / 8), *seen = arena_alloc(turn_of(node), FIELD_SLOTS / 8);
    struct field_set slots = release_slots(words->slots);
    if (!bytes || !seen)
        return RESULT_NO_MEMORY;
    if (words->all_seen)
        slots = field_set_or(slots, holding->disclosure.shown);
    field_set_put(bytes, &slots);
    field_set_put(seen, &holding->disclosure.shown);
    struct field_set beyond = field_set_minus(slots, holding->disclosure.shown);
    if (field_set_is_empty(&beyond) && !words->n_onward && !words->judicial) {
        *complaint = _("this node sees these fields already: what has no value was left empty by the originator");
        return RESULT_INVALID;
    }
    step->object = proto_bytes(arena_copy(turn_of(node), holding->disclosure.object, OBJECT_ID_SIZE), OBJECT_ID_SIZE);
    step->has_slots = step->has_shown = true;
    step->slots = proto_bytes(bytes, FIELD_SLOTS / 8);
    step->shown = proto_bytes(seen, FIELD_SLOTS / 8);
    step->reason = words->reason;
    step->has_deadline = words->has_deadline;
    step->deadline = words->deadline;
    step->purpose = words->purpose;
    step->has_judicial = step->judicial = words->judicial;
    step->onward = words->onward;
    step->n_onward = words->n_onward;
    return step->object.data ? RESULT_OK : RESULT_NO_MEMORY;
}

/* It is asked on for somebody whose request is here. */
static enum result fill_behalf(RequestStep *step, struct node *node, const Ask *words, const char **complaint) {
    struct request_thread *thread;
    if (!words->behalf)
        return RESULT_OK;
    TRY(find_thread(&thread, node, words->behalf, complaint));
    const struct member *member = roster_find(node->roster, thread->peer);
    if (thread->ours || !member || memcmp(thread->object, step->object.data, OBJECT_ID_SIZE) != 0) {
        *complaint = _("that is no request of another member about this version of the alert");
        return RESULT_INVALID;
    }
    step->behalf = words_of(member->name);
    return RESULT_OK;
}

static const char *why_not_said(enum result result) {
    if (result == RESULT_TOO_LARGE)
        return _(
            "too many requests wait at this member, or the thread has too many steps, or it is too long to be said");
    if (result == RESULT_MALFORMED)
        return _("it has no fields or no reason, or a reason that is too long");
    if (result == RESULT_OUT_OF_ORDER || result == RESULT_REPLAYED)
        return _("the thread is not where this step follows: see inama requests with its digits");
    if (result == RESULT_NOT_ALLOWED)
        return _("this step is for the other member of the thread");
    if (result == RESULT_UNKNOWN_MEMBER)
        return _("the other end is no member any more");
    return NULL;
}

static enum result find_held(struct holding *holding, struct node *node, const char *digits, const char **complaint) {
    const struct index_row *row;
    TRY(answer_find_row(&row, node, digits, complaint));
    return exchange_load(&node->exchange, turn_of(node), row, holding);
}

static enum result thread_words(ThreadStatus **out, struct node *node, const struct request_thread *thread,
                                bool with_steps);

static enum result reply_thread(Reply *reply, struct node *node, const struct request_thread *thread) {
    reply->threads = arena_array(turn_of(node), 1, sizeof *reply->threads);
    if (!reply->threads)
        return RESULT_NO_MEMORY;
    TRY(thread_words(&reply->threads[0], node, thread, false));
    reply->n_threads = 1;
    return RESULT_OK;
}

enum result answer_ask(Reply *reply, struct node *node, const Ask *words, const char **complaint) {
    struct holding holding;
    const struct member *whom;
    struct request_thread *thread;
    RequestStep step = REQUEST_STEP__INIT;
    if (words->slots.len != FIELD_SLOTS / 8 ||
        (words->purpose && !codes_find(CODES_PERMITTED_PURPOSE, words->purpose))) {
        *complaint = _("it names no known purpose; \"inama help codes permitted-purpose\" lists them");
        return RESULT_INVALID;
    }
    TRY(find_held(&holding, node, words->alert, complaint));
    TRY(find_whom(&whom, node, words, &holding, complaint));
    TRY(fill_request(&step, node, words, &holding, complaint));
    TRY(fill_behalf(&step, node, words, complaint));
    struct field_set slots = release_slots(step.slots);
    TRY(check_accept(node, whom, &holding, &slots, complaint));
    enum result result = requests_ask(&node->exchange, whom, &step, &thread);
    *complaint = why_not_said(result);
    return result ? result : reply_thread(reply, node, thread);
}

/* --- the next step --- */

static bool find_code(enum request_code *out, const char *word) {
    for (enum request_code code = REQUEST_RELEASE; code < REQUEST_CODES_END; code++)
        if (strcmp(request_word(code), word) == 0) {
            *out = code;
            return true;
        }
    return false;
}

/* What a step is about where nothing is said: what was offered last and accepted, else what was asked for. */
static enum result usual_slots(RequestStep *step, struct node *node, const struct request_thread *thread) {
    static const enum request_code speaking[] = {REQUEST_ACCEPT, REQUEST_ASK};
    RequestStep *before = NULL;
    if (step->step == REQUEST_ACCEPT)
        TRY(requests_last(&before, turn_of(node), thread, REQUEST_OFFER));
    for (size_t i = 0; !before && i < sizeof speaking / sizeof *speaking; i++)
        TRY(requests_last(&before, turn_of(node), thread, speaking[i]));
    step->has_slots = before && before->has_slots;
    if (step->has_slots)
        step->slots = before->slots;
    return RESULT_OK;
}

static enum result fill_step(RequestStep *step, struct node *node, const Respond *words,
                             const struct request_thread *thread) {
    bool is_about_slots = step->step != REQUEST_REFUSE && step->step != REQUEST_WITHDRAW;
    step->reason = words->reason;
    step->has_until = words->has_until;
    step->until = words->until;
    step->has_judicial = step->judicial = words->judicial;
    step->onward = words->onward;
    step->n_onward = words->n_onward;
    step->has_slots = words->has_slots;
    step->slots = words->slots;
    return is_about_slots && !words->has_slots ? usual_slots(step, node, thread) : RESULT_OK;
}

/* Several people work under one account of the node: a person is who logged in, where the system knows that of both. */
static bool is_another(const struct caller *caller, const ReleaseProposal *proposal) {
    if (caller->has_login != (bool)proposal->has_login_uid)
        return false;
    return caller->has_login ? caller->login_uid != proposal->login_uid : caller->uid != proposal->uid;
}

static enum result propose(Reply *reply, struct node *node, const struct release_wish *wish,
                           const struct caller *caller, const char **complaint) {
    ReleaseProposal proposal = RELEASE_PROPOSAL__INIT;
    struct span bytes;
    TRY(releases_check(&node->exchange, wish, complaint));
    TRY(request_encode(&bytes, turn_of(node), wish->step));
    proposal.time = clock_wall_ms(node->exchange.clock);
    proposal.uid = caller->uid;
    proposal.user = words_of(caller->user);
    proposal.has_login_uid = caller->has_login;
    proposal.login_uid = caller->login_uid;
    proposal.login_user = words_of(caller->login_user);
    proposal.step = proto_bytes(bytes.data, bytes.len);
    reply->has_proposed = reply->proposed = true;
    return requests_propose(&node->exchange, wish->thread, &proposal);
}

static enum result confirm(struct node *node, struct release_wish *wish, const struct caller *caller,
                           const char **complaint) {
    RequestThread *thread;
    TRY(requests_read(&thread, turn_of(node), wish->thread));
    if (!thread->proposal) {
        *complaint = _("nothing is proposed that could be confirmed");
        return RESULT_NOT_FOUND;
    }
    if (!is_another(caller, thread->proposal)) {
        *complaint = _("it takes a second person: another user of this machine than who proposed it has to confirm it");
        return RESULT_NOT_ALLOWED;
    }
    TRY(request_decode(&wish->step, turn_of(node), proto_span(thread->proposal->step)));
    return releases_give(&node->exchange, wish, complaint);
}

static enum result release(Reply *reply, struct node *node, struct release_wish *wish, const Respond *words,
                           const struct caller *caller, const char **complaint) {
    bool two_persons = node->policy->release.two_persons;
    if (words->confirm && two_persons)
        return confirm(node, wish, caller, complaint);
    if (words->confirm) {
        *complaint = _("policy.yaml does not ask for a second person: release it without --confirm");
        return RESULT_INVALID;
    }
    return two_persons ? propose(reply, node, wish, caller, complaint)
                       : releases_give(&node->exchange, wish, complaint);
}

enum result answer_respond(Reply *reply, struct node *node, const Respond *words, const struct caller *caller,
                           const char **complaint) {
    struct request_thread *thread;
    enum request_code code;
    RequestStep step = REQUEST_STEP__INIT;
    if (!find_code(&code, words->step))
        return RESULT_INVALID;
    TRY(find_thread(&thread, node, words->request, complaint));
    step.step = code;
    TRY(fill_step(&step, node, words, thread));
    struct release_wish wish = {.thread = thread, .step = &step, .by = audit_next(node)};
    enum result result = code == REQUEST_RELEASE ? release(reply, node, &wish, words, caller, complaint)
                                                 : requests_say(&node->exchange, thread, &step);
    if (result && !*complaint)
        *complaint = why_not_said(result);
    return result ? result : reply_thread(reply, node, thread);
}

/* --- listing --- */

static enum result step_words(ThreadStep **out, struct arena *arena, const RequestEvent *event) {
    RequestStep *step;
    ThreadStep *words = arena_alloc(arena, sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    TRY(request_decode(&step, arena, proto_span(event->step)));
    thread_step__init(words);
    words->step = words_of(request_word((enum request_code)step->step));
    words->time = event->time;
    words->ours = event->ours;
    words->has_slots = step->has_slots;
    words->slots = step->slots;
    words->reason = step->reason;
    words->has_deadline = step->has_deadline;
    words->deadline = step->deadline;
    words->purpose = step->purpose;
    words->has_until = step->has_until;
    words->until = step->until;
    words->has_judicial = step->has_judicial;
    words->judicial = step->judicial;
    words->onward = step->onward;
    words->n_onward = step->n_onward;
    words->behalf = step->behalf;
    *out = words;
    return RESULT_OK;
}

/* Whoever is to confirm it sees what it is. */
static enum result add_proposal(ThreadStatus *out, struct arena *arena, const ReleaseProposal *proposal) {
    RequestEvent event = REQUEST_EVENT__INIT;
    event.time = proposal->time;
    event.ours = true;
    event.step = proposal->step;
    TRY(step_words(&out->steps[out->n_steps], arena, &event));
    out->steps[out->n_steps]->has_proposed = out->steps[out->n_steps]->proposed = true;
    out->n_steps++;
    return RESULT_OK;
}

static enum result add_steps(ThreadStatus *out, struct arena *arena, const RequestThread *thread, bool all) {
    out->steps = arena_array(arena, thread->n_events + 1, sizeof *out->steps);
    if (!out->steps)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < thread->n_events; i++)
        TRY(step_words(&out->steps[i], arena, thread->events[i]));
    out->slots = out->steps[0]->slots;
    out->n_steps = all ? thread->n_events : 0;
    return all && thread->proposal ? add_proposal(out, arena, thread->proposal) : RESULT_OK;
}

static const char *person(const ReleaseProposal *proposal, struct arena *arena) {
    if (proposal->login_user && *proposal->login_user)
        return proposal->login_user;
    if (proposal->user && *proposal->user)
        return proposal->user;
    return text_format(arena, "%u", proposal->has_login_uid ? proposal->login_uid : proposal->uid);
}

static enum result thread_words(ThreadStatus **out, struct node *node, const struct request_thread *thread,
                                bool with_steps) {
    struct arena *arena = turn_of(node);
    ThreadStatus *words = arena_alloc(arena, sizeof *words);
    RequestThread *whole;
    if (!words)
        return RESULT_NO_MEMORY;
    thread_status__init(words);
    TRY(requests_read(&whole, arena, thread));
    TRY(add_steps(words, arena, whole, with_steps));
    words->request = proto_bytes(arena_copy(arena, thread->id, REQUEST_ID_SIZE), REQUEST_ID_SIZE);
    words->object = proto_bytes(arena_copy(arena, thread->object, OBJECT_ID_SIZE), OBJECT_ID_SIZE);
    words->peer = words_of(answer_originator(node, thread->peer));
    words->ours = thread->ours;
    words->state = words_of(request_state_word(thread->state));
    words->overdue = requests_is_overdue(thread, clock_wall_ms(node->exchange.clock));
    words->has_deadline = thread->deadline != 0;
    words->deadline = thread->deadline;
    words->changed = thread->changed;
    if (whole->proposal)
        words->proposed_by = words_of(person(whole->proposal, arena));
    *out = words;
    return words->request.data && words->object.data ? RESULT_OK : RESULT_NO_MEMORY;
}

static bool is_listed(const ListRequests *words, const struct request_thread *thread, const struct index_row *about) {
    bool is_open = thread->state == REQUEST_OPEN || thread->state == REQUEST_CONDITIONED;
    return (is_open || !words->open) && (thread->ours || !words->ours) &&
           (!about || memcmp(about->object, thread->object, OBJECT_ID_SIZE) == 0);
}

static enum result list(Reply *reply, struct node *node, const ListRequests *words, const struct index_row *about) {
    const struct requests *requests = &node->exchange.requests;
    reply->threads = arena_array(turn_of(node), requests->count + 1, sizeof *reply->threads);
    if (!reply->threads)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < requests->count; i++)
        if (is_listed(words, &requests->rows[i], about))
            TRY(thread_words(&reply->threads[reply->n_threads++], node, &requests->rows[i], false));
    return RESULT_OK;
}

enum result answer_requests(Reply *reply, struct node *node, const ListRequests *words, const char **complaint) {
    struct request_thread *thread;
    const struct index_row *about = NULL;
    if (words->alert)
        TRY(answer_find_row(&about, node, words->alert, complaint));
    if (!words->request)
        return list(reply, node, words, about);
    TRY(find_thread(&thread, node, words->request, complaint));
    TRY(reply_thread(reply, node, thread));
    return thread_words(&reply->threads[0], node, thread, true);
}
