/* caller: who is at the other end of the operator's socket, as far as this machine knows.
 *
 * The kernel says which user a caller runs as. Many people work under one account of the node, with sudo or su; the
 * user that logged in is kept by the kernel too, where the system's login says so (pam_loginuid), and stays whatever it
 * became since. Names are those of /etc/passwd: a directory in the network may not answer, and the node does not wait.
 */
#ifndef DAEMON_CALLER_H
#define DAEMON_CALLER_H

#include <stdbool.h>
#include <stdint.h>

#include "net/link.h"

enum { CALLER_NAME_SIZE = 64 };

struct caller {
    uint32_t uid;
    char user[CALLER_NAME_SIZE]; /* "": no name here */
    bool has_login;
    uint32_t login_uid;
    char login_user[CALLER_NAME_SIZE];
};

/* False if the system does not say who it is. */
bool caller_of(struct caller *out, const struct link *link);
/* This process: for what the node does by itself. */
struct caller caller_self(void);

#endif
