/*
 * The physical limit: a stayer in C on one epoll loop. It speaks Farewell's frames, or (PLAIN) an echo with a length before each message, with one receive and one send a turn, and
 * checks of them only what it needs. limit ADDRESS PORT farewell|plain; ends when its standard input does.
 */
#define _GNU_SOURCE
#include "frames.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, MOST = 200000 };

/* What is kept of a connection between its turns. */
struct peer {
    uint32_t asks;
    uint32_t messages;
    uint32_t held;   /* octets of an incomplete frame */
    uint32_t unsent; /* octets that the kernel did not take */
    uint8_t *hold;
    uint8_t *rest;
};

static struct peer peers[MOST];
static uint8_t in[2 * BUFFER + 4], out[4 * BUFFER];
static int is_plain, queue;

static void forget(int fd) {
    free(peers[fd].hold);
    free(peers[fd].rest);
    memset(&peers[fd], 0, sizeof peers[fd]);
    close(fd);
}

static void keep(uint8_t **where, uint32_t *count, const uint8_t *octets, uint32_t length) {
    uint8_t *fresh = length ? malloc(length) : NULL;
    if (length) memcpy(fresh, octets, length);
    free(*where);
    *where = fresh, *count = length;
}

/* One frame; returns how much of the output it used. */
static int answer(struct peer *peer, const uint8_t *frame, int length, uint8_t *at) {
    switch (frame[0]) {
    case HELLO: return put_hello(at, 0);
    case ASK:
        put_header(at, ANSWER, length + 8);
        put32(at + 4, ++peer->asks);
        put32(at + 8, peer->messages);
        memcpy(at + 12, frame + 4, length);
        return 12 + length;
    case MESSAGE: peer->messages++; return 0;
    case PING:
        put_header(at, PONG, 8);
        memcpy(at + 4, frame + 4, 4);
        put32(at + 8, peer->messages);
        return 12;
    case DONE:
        put_header(at, GOODBYE, 4);
        put32(at + 4, peer->messages);
        return 8;
    default: return 0;
    }
}

static void flush(int fd, const uint8_t *octets, uint32_t length) {
    struct peer *peer = &peers[fd];
    ssize_t sent = send(fd, octets, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    sent = sent < 0 ? 0 : sent;
    keep(&peer->rest, &peer->unsent, octets + sent, length - sent);
}

static void turn(int fd) {
    struct peer *peer = &peers[fd];
    uint32_t held = peer->held;
    if (held) memcpy(in, peer->hold, held);
    ssize_t got = recv(fd, in + held, BUFFER, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        forget(fd);
        return;
    }
    uint32_t have = held + got, at = 0;
    int said = 0;
    while (have - at >= 4) {
        uint32_t length = is_plain ? get32(in + at) : (uint32_t)get_length(in + at);
        if (have - at < 4 + length) break;
        if (is_plain) {
            memcpy(out + said, in + at, 4 + length);
            said += 4 + length;
        } else {
            said += answer(peer, in + at, length, out + said);
        }
        at += 4 + length;
        if (said > 2 * BUFFER) flush(fd, out, said), said = 0;
    }
    if (held || have > at) keep(&peer->hold, &peer->held, in + at, have - at);
    if (said) flush(fd, out, said);
    if (got == BUFFER) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
        epoll_ctl(queue, EPOLL_CTL_MOD, fd, &event);
    }
}

static void admit(int listener) {
    for (int i = 0; i < 32; i++) {
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        int fd = accept4(listener, (struct sockaddr *)&from, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        if (fd >= MOST) {
            close(fd);
            return;
        }
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.fd = fd};
        epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
    }
}

int main(int count, char **words) {
    if (count < 4) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    is_plain = !strcmp(words[3], "plain");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(words[2]))};
    inet_pton(AF_INET, words[1], &address.sin_addr);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("limit");
        return 1;
    }
    queue = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = 0;
    epoll_ctl(queue, EPOLL_CTL_ADD, 0, &event);
    puts("ready");
    fflush(stdout);
    for (struct epoll_event ready[256];;) {
        int some = epoll_wait(queue, ready, 256, -1);
        for (int i = 0; i < some; i++) {
            int fd = ready[i].data.fd;
            if (fd == 0) {
                char line[64];
                if (read(0, line, sizeof line) <= 0) return 0;
                puts("done");
                fflush(stdout);
            } else if (fd == listener) {
                admit(listener);
            } else {
                if (peers[fd].unsent && ready[i].events & EPOLLOUT) {
                    uint8_t *rest = peers[fd].rest;
                    uint32_t unsent = peers[fd].unsent;
                    peers[fd].rest = NULL, peers[fd].unsent = 0;
                    flush(fd, rest, unsent);
                    free(rest);
                }
                if (ready[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) turn(fd);
            }
        }
    }
}
