// mailblast: sends prepared mails over SMTP as fast as the server takes them.
//
//   mailblast PORT SESSIONS MESSAGES PER_CONNECTION RECIPIENT FILE
//
// FILE holds mails in wire form (CRLF, dots stuffed, the closing dot included), each after its length as a 32-bit
// little-endian number; they are sent in turn, again from the start when they run out. Each session is a thread with a
// connection of its own, renewed after PER_CONNECTION messages (0: never). Senders vary. Commands wait for their
// replies. Where a mail has "mailblastNumber/" and eight digits, these become the number of the sending, so that no
// attachment is sent twice. Prints one line of JSON.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { replyLimit = 4096, replySeconds = 60, greetingSeconds = 1, attempts = 60, commandLimit = 512, sendersCount = 997, serialDigits = 8 };
static const char serialMarker[] = "mailblastNumber/";

typedef struct {
    const char *bytes;
    uint32_t length;
    uint32_t serial; // where its number stands, or 0
} Mail;

static Mail *mails;
static long mailCount, wanted, perConnection;
static int port;
static const char *recipient;
static atomic_long next, accepted, refused, broken;
static double *latencies;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int sendAll(int connection, const char *bytes, size_t count, int flags) {
    while (count > 0) {
        ssize_t sent = send(connection, bytes, count, MSG_NOSIGNAL | flags);
        if (sent <= 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

// Reads one reply, of one line or many, and returns its code, or -1 when the connection is gone. A server that waits
// for our next command has nothing after the reply, so nothing read is kept.
static int readReply(int connection) {
    char reply[replyLimit];
    size_t used = 0;
    for (;;) {
        ssize_t count = recv(connection, reply + used, sizeof reply - used, 0);
        if (count <= 0) return -1;
        used += (size_t)count;
        if (reply[used - 1] != '\n') continue;
        size_t start = used - 1;
        while (start > 0 && reply[start - 1] != '\n') start--;
        if (used - start >= 4 && reply[start + 3] != '-') return atoi(reply + start);
        if (used == sizeof reply) return -1;
    }
}

static int command(int connection, const char *line) {
    return sendAll(connection, line, strlen(line), 0) ? -1 : readReply(connection);
}

static void setPatience(int connection, int seconds) {
    struct timeval patience = {.tv_sec = seconds};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static int tryOpenSession(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (connection < 0) return -1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setPatience(connection, greetingSeconds);
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0 && readReply(connection) == 220) {
        setPatience(connection, replySeconds);
        if (command(connection, "EHLO client.sender.example\r\n") == 250) return connection;
    }
    close(connection);
    return -1;
}

// A server whose backlog of connections is full may know nothing of one that the client takes for open: it is made anew.
static int openSession(void) {
    for (int attempt = 0; attempt < attempts; attempt++) {
        int connection = tryOpenSession();
        if (connection >= 0) return connection;
    }
    return -1;
}

static int sendMail(int connection, const Mail *mail, long number) {
    char digits[24];
    if (mail->serial == 0) return sendAll(connection, mail->bytes, mail->length, 0);
    snprintf(digits, sizeof digits, "%08ld", number % 100000000);
    size_t rest = mail->serial + serialDigits;
    return sendAll(connection, mail->bytes, mail->serial, MSG_MORE) ||
           sendAll(connection, digits, serialDigits, MSG_MORE) ||
           sendAll(connection, mail->bytes + rest, mail->length - rest, 0);
}

// Sends one mail: 1 taken, 0 refused, -1 the connection is unusable.
static int deliver(int connection, long number) {
    const Mail *mail = &mails[number % mailCount];
    char line[commandLimit];
    snprintf(line, sizeof line, "MAIL FROM:<user%ld@host%ld.sender.example>\r\n", number % sendersCount,
             number % sendersCount);
    int code = command(connection, line);
    if (code == 250) {
        snprintf(line, sizeof line, "RCPT TO:<%s>\r\n", recipient);
        code = command(connection, line);
    }
    if (code == 250) code = command(connection, "DATA\r\n");
    if (code == 354) {
        if (sendMail(connection, mail, number)) return -1;
        code = readReply(connection);
    }
    if (code == 250) return 1;
    if (code < 0) return -1;
    return command(connection, "RSET\r\n") == 250 ? 0 : -1;
}

static void *runSession(void *unused) {
    int connection = -1;
    long onConnection = 0, number;
    while ((number = atomic_fetch_add(&next, 1)) < wanted) {
        double start = now();
        if (connection < 0) {
            connection = openSession();
            onConnection = 0;
        }
        int outcome = connection < 0 ? -1 : deliver(connection, number);
        latencies[number] = now() - start;
        atomic_fetch_add(outcome > 0 ? &accepted : outcome == 0 ? &refused : &broken, 1);
        onConnection++;
        if (connection >= 0 && (outcome < 0 || (perConnection > 0 && onConnection >= perConnection))) {
            if (outcome >= 0) command(connection, "QUIT\r\n");
            close(connection);
            connection = -1;
        }
    }
    if (connection >= 0) {
        command(connection, "QUIT\r\n");
        close(connection);
    }
    return unused;
}

static uint32_t findSerial(const char *bytes, uint32_t length) {
    size_t marker = sizeof serialMarker - 1;
    const char *found = memmem(bytes, length, serialMarker, marker);
    size_t offset = found ? (size_t)(found - bytes) + marker : 0;
    return offset + serialDigits <= length ? (uint32_t)offset : 0;
}

static int load(const char *path) {
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status)) return -1;
    size_t size = (size_t)status.st_size;
    char *bytes = malloc(size);
    if (!bytes || fread(bytes, 1, size, file) != size) return -1;
    fclose(file);
    for (int pass = 0; pass < 2; pass++) {
        size_t offset = 0;
        mailCount = 0;
        while (offset + sizeof(uint32_t) <= size) {
            uint32_t length;
            memcpy(&length, bytes + offset, sizeof length);
            offset += sizeof length;
            if (length > size - offset) return -1;
            if (pass == 1) mails[mailCount] = (Mail){bytes + offset, length, findSerial(bytes + offset, length)};
            mailCount++;
            offset += length;
        }
        if (pass == 0) mails = calloc((size_t)mailCount, sizeof *mails);
        if (!mails || mailCount == 0) return -1;
    }
    return 0;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: mailblast PORT SESSIONS MESSAGES PER_CONNECTION RECIPIENT FILE\n");
        return 64;
    }
    port = atoi(arguments[1]);
    long sessions = atol(arguments[2]);
    wanted = atol(arguments[3]);
    perConnection = atol(arguments[4]);
    recipient = arguments[5];
    if (port <= 0 || sessions <= 0 || wanted <= 0 || strlen(recipient) > commandLimit - 16) return 64;
    if (load(arguments[6])) {
        fprintf(stderr, "mailblast: %s holds no mails in the form described\n", arguments[6]);
        return 65;
    }
    latencies = calloc((size_t)wanted, sizeof *latencies);
    pthread_t *threads = calloc((size_t)sessions, sizeof *threads);
    if (!latencies || !threads) return 71;
    double start = now();
    for (long index = 0; index < sessions; index++)
        if (pthread_create(&threads[index], NULL, runSession, NULL)) return 71;
    for (long index = 0; index < sessions; index++) pthread_join(threads[index], NULL);
    double seconds = now() - start;
    qsort(latencies, (size_t)wanted, sizeof *latencies, compare);
    printf("{\"accepted\": %ld, \"refused\": %ld, \"broken\": %ld, \"seconds\": %.6f, \"p50\": %.6f, \"p99\": %.6f}\n",
           atomic_load(&accepted), atomic_load(&refused), atomic_load(&broken), seconds, latencies[wanted / 2],
           latencies[wanted * 99 / 100]);
    return 0;
}
