/*
 * The load: leavers in C on one epoll loop, so that the load is not what is measured.
 *
 * load ADDRESS PORT farewell|plain echo CONNECTIONS SIZE INFLIGHT SECONDS          as fast as answers come
 * load ADDRESS PORT farewell|plain pace CONNECTIONS SIZE PER_SECOND SECONDS        at a rate; latency counts from when an ask was due, answered or not
 * load ADDRESS PORT farewell|plain ends CONNECTIONS SIZE fin|unheld-fin|reset SECONDS  dial, ask, be answered, leave, again
 * load ADDRESS PORT farewell|plain idle CONNECTIONS SIZE                           dial, ask once, stay; leave when asked to, or at the end of standard input
 *
 * Prints one line of JSON for each second's worth of warming (echo, pace: "first" covers the first 5 seconds) and at the end.
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
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, RING = 4096 };

enum stage { DIALLING, GREETING, OPEN, PARTING, OVER };

struct link {
    int fd;
    enum stage stage;
    uint32_t held, due_first, due_count, waiting;
    uint8_t *hold;
    uint64_t *due; /* when each unanswered ask was due, oldest first */
};

static uint8_t in[2 * BUFFER], out[BUFFER];
static struct link *links;
static struct sockaddr_in server;
static int queue, is_plain, size, links_count, inflight, departure, ask_length;
static uint64_t answers, ended, failed, dismissed, goodbyes, overflow, opened;
static uint32_t buckets[64 * 64];
static char mode;

static uint64_t now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000ull + at.tv_nsec;
}

/* 64 steps for each power of two: within 1.6 %. */
static void note(uint64_t nanoseconds) {
    int power = nanoseconds < 64 ? 5 : 63 - __builtin_clzll(nanoseconds);
    buckets[power * 64 + ((nanoseconds >> (power - 5 > 0 ? power - 6 : 0)) & 63)]++;
}

static double percentile(double share) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < 64 * 64; i++) total += buckets[i];
    for (int i = 0; i < 64 * 64; i++) {
        seen += buckets[i];
        if (total && seen >= share * total) {
            int power = i / 64;
            return ((1ull << power) + (uint64_t)(i % 64) * (1ull << (power > 6 ? power - 6 : 0))) / 1000.0;
        }
    }
    return 0;
}

static int put_ask(uint8_t *at) {
    if (is_plain) put32(at, size);
    else put_header(at, ASK, size);
    memset(at + 4, 'x', size);
    return 4 + size;
}

static void watch(struct link *link, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.u32 = link - links};
    epoll_ctl(queue, operation, link->fd, &event);
}

static void dial(struct link *link) {
    int one = 1;
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    link->stage = DIALLING;
    link->held = link->due_first = link->due_count = link->waiting = 0;
    if (connect(link->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        if (!failed++) perror("load: connect");
        close(link->fd);
        link->fd = -1;
        return;
    }
    watch(link, EPOLLOUT, EPOLL_CTL_ADD);
}

static void say(struct link *link, const uint8_t *octets, int length) {
    while (length > 0) {
        ssize_t sent = send(link->fd, octets, length, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) return;
            struct timespec moment = {0, 20000};
            nanosleep(&moment, NULL);
            continue;
        }
        octets += sent, length -= sent;
    }
}

static void ask(struct link *link, int count, uint64_t due) {
    int length = 0;
    for (int i = 0; i < count; i++) {
        if (link->due_count < RING) link->due[(link->due_first + link->due_count++) % RING] = due;
        else overflow++;
        link->waiting++;
        length += put_ask(out + length);
        if (length > BUFFER - ask_length) say(link, out, length), length = 0;
    }
    say(link, out, length);
}

static void let_go(struct link *link) {
    close(link->fd);
    free(link->hold);
    link->hold = NULL;
    link->fd = -1;
    link->stage = OVER;
    ended++;
    if (mode == 'e') dial(link);
}

static void leave(struct link *link) {
    struct linger none = {1, 0};
    int at_once = -1;
    if (departure == 'r') setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    if (departure == 'u') setsockopt(link->fd, IPPROTO_TCP, TCP_LINGER2, &at_once, sizeof at_once);
    if (departure == 'f') {
        /* Orderly: its end is read before the close. */
        shutdown(link->fd, SHUT_WR);
        link->stage = PARTING;
        return;
    }
    let_go(link);
}

static void greet(struct link *link) {
    int error = 0, length = 0;
    socklen_t octets = sizeof error;
    getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &octets);
    if (error) {
        if (!failed++) fprintf(stderr, "load: %s\n", strerror(error));
        close(link->fd);
        link->fd = -1;
        if (mode == 'e') dial(link);
        return;
    }
    watch(link, EPOLLIN, EPOLL_CTL_MOD);
    link->stage = is_plain ? OPEN : GREETING;
    if (!is_plain) length = put_hello(out, 1);
    int first = mode == 'p' ? 0 : mode == 'm' ? inflight : 1;
    if (is_plain || mode != 'm') {
        uint64_t at = now();
        for (int i = 0; i < first; i++) link->due[link->due_count++] = at, link->waiting++, length += put_ask(out + length);
    }
    say(link, out, length);
    if (is_plain) opened++;
}

/* Returns whether the link is still there. */
static int take(struct link *link, const uint8_t *frame, uint64_t at) {
    int type = is_plain ? ANSWER : frame[0];
    switch (type) {
    case HELLO:
        link->stage = OPEN;
        opened++;
        if (mode == 'm') ask(link, inflight, at);
        return 1;
    case ANSWER:
        answers++;
        if (link->due_count) {
            note(at - link->due[link->due_first]);
            link->due_first = (link->due_first + 1) % RING, link->due_count--;
        }
        link->waiting--;
        if (mode == 'e') {
            if (is_plain) {
                leave(link);
                return link->fd >= 0 && link->stage == PARTING;
            }
            uint8_t done[20];
            say(link, done, put_done(done));
        }
        return 1;
    case DISMISS: {
        uint8_t done[20];
        dismissed++;
        say(link, done, put_done(done));
        return 1;
    }
    case GOODBYE:
        goodbyes++;
        leave(link);
        return link->fd >= 0 && link->stage == PARTING;
    default: return 1;
    }
}

static void turn(struct link *link) {
    if (link->held) memcpy(in, link->hold, link->held);
    ssize_t got = recv(link->fd, in + link->held, BUFFER, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        if (link->stage != PARTING) {
            failed++;
            if (failed == 1) fprintf(stderr, "load: the server ended a connection: %s\n", got < 0 ? strerror(errno) : "FIN");
        }
        let_go(link);
        return;
    }
    uint64_t at = now();
    uint32_t have = link->held + got, from = 0;
    uint64_t before = answers;
    while (have - from >= 4) {
        uint32_t length = is_plain ? get32(in + from) : (uint32_t)get_length(in + from);
        if (have - from < 4 + length) break;
        if (!take(link, in + from, at)) return;
        from += 4 + length;
    }
    uint32_t held = have - from;
    if (held) {
        link->hold = realloc(link->hold, held);
        memmove(link->hold, in + from, held);
    }
    link->held = held;
    if (mode == 'm' && answers > before) ask(link, answers - before, at);
}

static void serve(int milliseconds) {
    struct epoll_event ready[256];
    int some = epoll_wait(queue, ready, 256, milliseconds);
    for (int i = 0; i < some; i++) {
        if (ready[i].data.u32 == UINT32_MAX) continue;
        struct link *link = &links[ready[i].data.u32];
        if (link->fd < 0) continue;
        if (link->stage == DIALLING) greet(link);
        else turn(link);
    }
}

static void print(const char *phase, double seconds) {
    printf("{\"phase\":\"%s\",\"seconds\":%.6f,\"answers\":%llu,\"ended\":%llu,\"failed\":%llu,\"overflow\":%llu,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f}\n", phase, seconds,
        (unsigned long long)answers, (unsigned long long)ended, (unsigned long long)failed, (unsigned long long)overflow, percentile(0.5), percentile(0.99), percentile(0.999));
    fflush(stdout);
    answers = ended = overflow = 0;
    memset(buckets, 0, sizeof buckets);
}

static int input_ended(void) {
    struct epoll_event ready;
    static int lone;
    if (!lone) {
        lone = epoll_create1(0);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
        epoll_ctl(lone, EPOLL_CTL_ADD, 0, &event);
    }
    char word[64];
    return epoll_wait(lone, &ready, 1, 0) > 0 && read(0, word, sizeof word) <= 0;
}

int main(int count, char **words) {
    if (count < 7) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    server.sin_family = AF_INET;
    server.sin_port = htons(atoi(words[2]));
    inet_pton(AF_INET, words[1], &server.sin_addr);
    is_plain = !strcmp(words[3], "plain");
    mode = !strcmp(words[4], "echo") ? 'm' : words[4][0];
    links_count = atoi(words[5]), size = atoi(words[6]);
    ask_length = size + 16;
    departure = mode == 'e' ? words[7][0] : 'f';
    inflight = mode == 'm' ? atoi(words[7]) : 1;
    double seconds = count > 8 ? atof(words[8]) : 0;
    uint64_t per_second = mode == 'p' ? strtoull(words[7], NULL, 10) : 0;
    links = calloc(links_count, sizeof *links);
    queue = epoll_create1(EPOLL_CLOEXEC);
    uint64_t *dues = malloc(sizeof(uint64_t) * RING * (mode == 'i' || mode == 'e' ? 1 : links_count));
    for (int i = 0; i < links_count; i++) {
        links[i].due = mode == 'i' || mode == 'e' ? dues : dues + (size_t)i * RING;
        dial(&links[i]);
        /* No more at once than an accept queue holds. */
        if (i % 128 == 127) for (uint64_t until = opened + 64; opened < until && opened + failed + 64 < (uint64_t)i && mode != 'e';) serve(10);
    }
    if (mode != 'e') while (opened + failed < (uint64_t)links_count) serve(100);
    if (mode == 'i') while (answers + failed < (uint64_t)links_count) serve(100);
    printf("{\"phase\":\"open\",\"opened\":%llu,\"failed\":%llu}\n", (unsigned long long)opened, (unsigned long long)failed);
    fflush(stdout);
    if (mode == 'i') {
        while (!input_ended() && ended < (uint64_t)links_count) serve(50);
        printf("{\"phase\":\"end\",\"ended\":%llu,\"failed\":%llu,\"dismissed\":%llu,\"goodbyes\":%llu}\n", (unsigned long long)ended, (unsigned long long)failed, (unsigned long long)dismissed,
            (unsigned long long)goodbyes);
        return 0;
    }
    uint64_t began = now(), last = began, next = began;
    uint64_t step = per_second ? 1000000000ull / per_second : 0;
    answers = 0;
    memset(buckets, 0, sizeof buckets);
    for (uint32_t turn_of = 0;;) {
        uint64_t at = now();
        if (at - began >= seconds * 1e9) break;
        if (step) {
            for (; next <= at; next += step) {
                struct link *link = &links[turn_of++ % links_count];
                if (link->fd >= 0 && link->stage == OPEN) ask(link, 1, next);
                else failed++;
            }
        }
        serve(step ? 0 : 20);
        if (now() - last >= 1000000000ull) {
            uint64_t then = now();
            print("second", (then - last) / 1e9);
            last = then;
        }
    }
    print("end", (now() - last) / 1e9);
    return 0;
}
