// The limit of any reading of the connection table: one request for every connection of both families, its answer received, its rows counted and
// nothing done with them. A dump for each line of standard input; prints the rows.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static char reply[65536];

static int dump(int with)
{
    struct { struct nlmsghdr header; struct inet_diag_req body; } request = {
        .header = { .nlmsg_len = sizeof request, .nlmsg_type = TCPDIAG_GETSOCK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .idiag_family = AF_INET, .idiag_states = 0xb7e }, // all but LISTEN and CLOSE
    };
    if (send(with, &request, sizeof request, 0) < 0)
        return -1;
    for (int rows = 0;;) {
        ssize_t length = recv(with, reply, sizeof reply, 0);
        if (length <= 0)
            return -1;
        for (struct nlmsghdr *at = (struct nlmsghdr *)reply; NLMSG_OK(at, length); at = NLMSG_NEXT(at, length)) {
            if (at->nlmsg_type == NLMSG_DONE)
                return rows;
            if (at->nlmsg_type == NLMSG_ERROR)
                return -1;
            rows++;
        }
    }
}

int main(void)
{
    int with = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    for (char line[16]; fgets(line, sizeof line, stdin);) {
        int rows = dump(with);
        if (rows < 0) {
            perror("dump");
            return 1;
        }
        printf("%d\n", rows);
        fflush(stdout);
    }
    return 0;
}
