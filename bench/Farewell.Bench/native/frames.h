/* Farewell's frames (docs/protocol.md section 2), as far as the limit and the load speak them. */
#pragma once
#include <stdint.h>
#include <string.h>

enum { HELLO = 1, MESSAGE = 2, ASK = 3, ANSWER = 4, PING = 7, PONG = 8, DISMISS = 11, DONE = 12, GOODBYE = 13 };

static inline void put32(uint8_t *at, uint32_t value) {
    at[0] = value >> 24, at[1] = value >> 16, at[2] = value >> 8, at[3] = value;
}

static inline uint32_t get32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline int put_header(uint8_t *at, int type, int length) {
    at[0] = type, at[1] = 0, at[2] = length >> 8, at[3] = length;
    return 4;
}

static inline int get_length(const uint8_t *at) { return at[2] << 8 | at[3]; }

/* Hello, by its role: 0 a stayer, 1 a leaver. */
static inline int put_hello(uint8_t *at, int role) {
    put_header(at, HELLO, 28);
    memcpy(at + 4, "FRWL", 4);
    at[8] = 1, at[9] = 1, at[10] = role, at[11] = 0;
    put32(at + 12, 0);
    put32(at + 16, 5000);
    put32(at + 20, 10000);
    put32(at + 24, 1 << 20);
    put32(at + 28, 1 << 21);
    return 32;
}

static inline int put_done(uint8_t *at) {
    put_header(at, DONE, 16);
    memset(at + 4, 0, 16);
    return 20;
}
