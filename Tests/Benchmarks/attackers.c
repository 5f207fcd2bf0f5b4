// attackers: clients that attack an SMTP server, or a sink that can be attacked in its place.
//
//   attackers NAME PORT TLS_PORT RECIPIENT   attacks until its input ends
//   attackers sink PORT TLS_PORT RECIPIENT   accepts, greets, and forgets what it reads, until its input ends
//
// One thread; says "ready" at full strength and at the end one line of JSON: the connections that were made, how many
// of them the server led as far as the attack needs, and the octets that the kernel took since full strength.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EHLO "EHLO attacker.example\r\n"
#define ENVELOPE EHLO "MAIL FROM:<a@sender.example>\r\nRCPT TO:<%s>\r\nDATA\r\n"  // for the recipient
#define TEXT(literal) literal, sizeof literal - 1

enum { chunk = 64 * 1024, megabyte = 1000 * 1000, garbage = 500, opening = 256, backlog = 4096, patience = 60, scriptLimit = 512, inputToken = -1 };

typedef struct {
    const char *name;
    int clients;         // at once
    int interval;        // milliseconds between two turns
    int renewed;         // so many clients are closed each turn and come anew
    const char *script;  // what a client says when it is greeted,
    const char *awaited; // and the reply that it waits for then, if any
    const char *unit;    // what it repeats from there on for ever,
    size_t unitSize;     // of so many octets,
    size_t period;       // with a line end after so many octets, or without any,
    size_t share;        // and so much of it each turn
    int receiveBuffer;   // of the kernel; 0 for its default
    enum { reads, neverReads, ends, speaksTLS } manner;
} Attack;

static const Attack attacks[] = {
    {"slow-loris", 1000, 500, 0, "", NULL, TEXT("a"), 0, 1, 0, reads},
    {"idle", 10000, 1000, 0, EHLO, "250 ", NULL, 0, 0, 0, 0, reads},
    {"endless-line", 20, 50, 0, "", NULL, TEXT("a"), 0, chunk, 0, reads},
    {"megabyte-command", 20, 50, 0, EHLO "VRFY ", "250 ", TEXT("a"), megabyte, chunk, 0, reads},
    {"nuls", 20, 50, 0, EHLO, "250 ", TEXT("\0MAIL FROM:<\0\0\0\0\0\0\0\0@\0>\0\r\n"), 0, chunk, 0, reads},
    {"endless-header", 10, 50, 0, ENVELOPE, "354 ", TEXT("X-Field: value of a field\r\n"), 0, chunk, 0, reads},
    {"never-reading", 200, 50, 0, EHLO, NULL, TEXT("VRFY user\r\nEHLO attacker.example\r\n"), 0, 3500, 4096, neverReads},
    {"tls-garbage", 100, 50, 10, EHLO "STARTTLS\r\n", "220 2.0.0", NULL, 0, 0, 0, 0, speaksTLS},
    {"half-closed", 100, 50, 10, "EHLO atta", NULL, NULL, 0, 0, 0, 0, ends},
};

typedef struct {
    int socket;
    enum { gone, connecting, preparing, attacking } state;
    bool isEncrypted;  // from the first octet on
    size_t position;   // in the flow
} Client;

static const Attack *attack;
static struct sockaddr_in server, tlsServer;
static Client *clients;
static char script[scriptLimit], *flow;
static size_t flowPeriod;
static int poller, waiting;
static long made, led, sent;
static char scratch[chunk];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void watch(int operation, int socket, unsigned events, int token) {
    struct epoll_event event = {.events = events, .data.fd = token};
    if (epoll_ctl(poller, operation, socket, &event) != 0) fail("epoll_ctl");
}

// The flow for one period and, so that one call can send across its end, one share more.
static void makeFlow(void) {
    if (attack->unitSize == 0) return;
    flowPeriod = attack->period ? attack->period : attack->unitSize * (chunk / attack->unitSize);
    flow = malloc(flowPeriod + attack->share);
    for (size_t place = 0; place < flowPeriod + attack->share; place++) {
        size_t inPeriod = place % flowPeriod;
        flow[place] = attack->unit[inPeriod % attack->unitSize];
        if (attack->period && inPeriod >= flowPeriod - 2) flow[place] = "\r\n"[inPeriod - (flowPeriod - 2)];
    }
}

static void leave(Client *client) {
    if (client->state == gone) return;
    if (client->state != attacking) waiting--;
    close(client->socket);
    client->state = gone;
}

static void come(int index) {
    Client *client = &clients[index];
    leave(client);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection < 0) fail("socket");
    if (attack->receiveBuffer)
        setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &attack->receiveBuffer, sizeof attack->receiveBuffer);
    *client = (Client){connection, connecting, attack->manner == speaksTLS && index % 2, 0};
    struct sockaddr_in *address = client->isEncrypted ? &tlsServer : &server;
    if (connect(connection, (struct sockaddr *)address, sizeof *address) != 0 && errno != EINPROGRESS) fail("connect");
    made++;
    waiting++;
    watch(EPOLL_CTL_ADD, connection, client->isEncrypted ? EPOLLOUT : EPOLLIN, index);
}

static void say(Client *client, const char *octets, size_t count) {
    ssize_t result = send(client->socket, octets, count, MSG_NOSIGNAL);
    if (result > 0) sent += result;
}

// The client is where its attack begins.
static void begin(int index) {
    Client *client = &clients[index];
    client->state = attacking;
    waiting--;
    led++;
    if (attack->manner == ends) shutdown(client->socket, SHUT_WR);
    if (attack->manner == neverReads) watch(EPOLL_CTL_DEL, client->socket, 0, index);
    if (attack->manner != speaksTLS) return;
    char octets[garbage];
    if (getrandom(octets, garbage, 0) != garbage) fail("getrandom");
    say(client, octets, garbage);
    if (client->isEncrypted) watch(EPOLL_CTL_MOD, client->socket, EPOLLIN, index);
}

static void hearGreeting(int index, size_t count) {
    if (count < 3 || memcmp(scratch, "220", 3) != 0) return;
    say(&clients[index], script, strlen(script));
    if (attack->awaited) clients[index].state = preparing;
    else begin(index);
}

// Hears what the server says; who is sent away comes again, at the next turn if turns renew the clients anyway.
static void hear(int index) {
    Client *client = &clients[index];
    if (client->state == gone) return;
    if (client->state == connecting && client->isEncrypted) return begin(index);
    ssize_t count = recv(client->socket, scratch, sizeof scratch, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        if (attack->renewed) leave(client);
        else come(index);
        return;
    }
    if (client->state == connecting) return hearGreeting(index, (size_t)count);
    if (client->state != preparing) return;
    if (memmem(scratch, (size_t)count, attack->awaited, strlen(attack->awaited))) begin(index);
}

static void sendShare(int index) {
    Client *client = &clients[index];
    if (client->state != attacking) return;
    ssize_t count = send(client->socket, flow + client->position, attack->share, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) return come(index);
    sent += count;
    client->position = (client->position + (size_t)count) % flowPeriod;
}

static void takeTurn(void) {
    static int next;
    for (int count = 0; count < attack->renewed; count++, next = (next + 1) % attack->clients) come(next);
    if (flow) for (int index = 0; index < attack->clients; index++) sendShare(index);
}

// Serves what happens for so long; false when the input has ended.
static bool serve(double until, void (*happened)(int)) {
    for (;;) {
        struct epoll_event events[opening];
        double left = until - now();
        int count = epoll_wait(poller, events, opening, left > 0 ? (int)(left * 1000) + 1 : 0);
        for (int place = 0; place < count; place++) {
            if (events[place].data.fd == inputToken) return false;
            happened(events[place].data.fd);
        }
        if (now() >= until) return true;
    }
}

static void runAttack(const char *recipient) {
    snprintf(script, sizeof script, attack->script, recipient);
    makeFlow();
    alarm(patience);  // for a server that does not lead the clients to where their attack begins
    clients = calloc((size_t)attack->clients, sizeof *clients);
    for (int index = 0; index < attack->clients && !attack->renewed;) {
        while (index < attack->clients && waiting < opening) come(index++);
        if (!serve(now() + 0.001, hear)) return;
    }
    while (waiting > 0) if (!serve(now() + 0.001, hear)) return;
    sent = 0;
    alarm(0);
    puts("ready");
    fflush(stdout);
    double turn = now();
    do {
        takeTurn();
        turn += attack->interval / 1e3;
    } while (serve(turn, hear));
    printf("{\"made\": %ld, \"led\": %ld, \"octets\": %ld}\n", made, led, sent);
}

static int listeners[2];

static void serveSink(int socket) {
    if (socket == listeners[0] || socket == listeners[1]) {
        int connection = accept4(socket, NULL, NULL, SOCK_NONBLOCK);
        if (connection < 0) return;
        watch(EPOLL_CTL_ADD, connection, EPOLLIN, connection);
        if (socket == listeners[0]) send(connection, TEXT("220 sink\r\n"), MSG_NOSIGNAL);
        return;
    }
    ssize_t count = recv(socket, scratch, sizeof scratch, 0);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) close(socket);
    else if (count < scriptLimit && memchr(scratch, '\n', (size_t)count)) send(socket, TEXT("220 2.0.0 \r\n250 \r\n354 \r\n"), MSG_NOSIGNAL);
}

static void runSink(void) {
    struct sockaddr_in *addresses[] = {&server, &tlsServer};
    for (int place = 0; place < 2; place++) {
        int listener = listeners[place] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
        if (bind(listener, (struct sockaddr *)addresses[place], sizeof *addresses[place]) != 0) fail("bind");
        if (listen(listener, backlog) != 0) fail("listen");
        watch(EPOLL_CTL_ADD, listener, EPOLLIN, listener);
    }
    puts("ready");
    fflush(stdout);
    while (serve(now() + 1, serveSink)) {}
    puts("{}");
}

static struct sockaddr_in loopback(const char *port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    server = loopback(arguments[2]);
    tlsServer = loopback(arguments[3]);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poller = epoll_create1(0);
    watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, inputToken);
    for (size_t place = 0; place < sizeof attacks / sizeof *attacks; place++)
        if (strcmp(attacks[place].name, arguments[1]) == 0) attack = &attacks[place];
    if (attack) runAttack(arguments[4]);
    else if (strcmp(arguments[1], "sink") == 0) runSink();
    else return 2;
    fflush(stdout);
    _exit(0);  // thousands of sockets are closed sooner so
}
