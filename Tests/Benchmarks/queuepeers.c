// Other ways to make messages durable, for `Tests/bench queue`: each with threads as producers, on the same disk.
//
//   queuepeers WAY DIRECTORY PRODUCERS MESSAGES OCTETS
//
// WAY is one of
//   groups     one thread: 64 messages, one write and one fdatasync, into reserved space (the disk's own rate)
//   sync       a write and an fdatasync a message, each thread into reserved space of its own file
//   files      create, write, fsync, rename, fsync of the directory, as mail servers with a file a message do
//   sqlite     a transaction a message in one database with WAL and synchronous=FULL
//
// Prints one line of JSON: messages per second, and the median and 99th percentile of what one took, in seconds.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { GROUP = 64, RESERVED = 64 << 20 };

static const char *directory;
static int producers, messages, octets;
static char *content;
static double *latencies;
static pthread_mutex_t database_lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3 *database;
static sqlite3_stmt *insert;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static int create(const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) fail(path);
    return file;
}

static int reserve(const char *name, long size) {
    int file = create(name);
    if (posix_fallocate(file, 0, size) != 0) fail("posix_fallocate");
    return file;
}

static void write_at(int file, size_t count, long offset) {
    if (pwrite(file, content, count, offset) != (ssize_t)count) fail("pwrite");
}

static void one_file(int directory_file, int producer, int number) {
    char before[4096], after[4096], name[64];
    snprintf(name, sizeof name, "tmp-%d-%d", producer, number);
    snprintf(before, sizeof before, "%s/%s", directory, name);
    snprintf(after, sizeof after, "%s/mail-%d-%d", directory, producer, number);
    int file = create(name);
    write_at(file, octets, 0);
    if (fsync(file) != 0) fail("fsync");
    close(file);
    if (rename(before, after) != 0) fail("rename");
    if (fsync(directory_file) != 0) fail("fsync of the directory");
}

static void *produce_files(void *argument) {
    int producer = (int)(long)argument, share = messages / producers;
    int directory_file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int number = 0; number < share; number++) {
        double start = now();
        one_file(directory_file, producer, number);
        latencies[producer * share + number] = now() - start;
    }
    close(directory_file);
    return NULL;
}

static void *produce_syncs(void *argument) {
    int producer = (int)(long)argument, share = messages / producers;
    char name[64];
    snprintf(name, sizeof name, "log-%d", producer);
    int file = reserve(name, (long)share * octets);
    if (fsync(file) != 0) fail("fsync");
    for (int number = 0; number < share; number++) {
        double start = now();
        write_at(file, octets, (long)number * octets);
        if (fdatasync(file) != 0) fail("fdatasync");
        latencies[producer * share + number] = now() - start;
    }
    close(file);
    return NULL;
}

static void *produce_rows(void *argument) {
    int producer = (int)(long)argument, share = messages / producers;
    for (int number = 0; number < share; number++) {
        double start = now();
        pthread_mutex_lock(&database_lock);
        sqlite3_bind_blob(insert, 1, content, octets, SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) {
            fprintf(stderr, "%s\n", sqlite3_errmsg(database));
            exit(1);
        }
        sqlite3_reset(insert);
        pthread_mutex_unlock(&database_lock);
        latencies[producer * share + number] = now() - start;
    }
    return NULL;
}

static void open_database(void) {
    char path[4096];
    snprintf(path, sizeof path, "%s/queue.db", directory);
    if (sqlite3_open(path, &database) != SQLITE_OK
        || sqlite3_exec(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                  "CREATE TABLE queue (id INTEGER PRIMARY KEY, content BLOB)", NULL, NULL, NULL)
            != SQLITE_OK
        || sqlite3_prepare_v2(database, "INSERT INTO queue (content) VALUES (?)", -1, &insert, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(database));
        exit(1);
    }
}

static void write_groups(void) {
    long size = (long)GROUP * octets, offset = 0;
    int file = reserve("groups", RESERVED);
    content = realloc(content, size);
    memset(content, 'a', size);
    if (fsync(file) != 0) fail("fsync");
    for (int number = 0; number < messages / GROUP; number++) {
        double start = now();
        if (offset + size > RESERVED) offset = 0;
        write_at(file, size, offset);
        if (fdatasync(file) != 0) fail("fdatasync");
        offset += size;
        latencies[number] = now() - start;
    }
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void run_threads(void *(*body)(void *)) {
    pthread_t threads[producers];
    for (long i = 0; i < producers; i++)
        if (pthread_create(&threads[i], NULL, body, (void *)i) != 0) fail("pthread_create");
    for (int i = 0; i < producers; i++) pthread_join(threads[i], NULL);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: queuepeers WAY DIRECTORY PRODUCERS MESSAGES OCTETS\n");
        return 2;
    }
    const char *way = arguments[1];
    directory = arguments[2];
    producers = atoi(arguments[3]);
    messages = atoi(arguments[4]) / producers * producers;
    octets = atoi(arguments[5]);
    content = malloc(octets);
    memset(content, 'a', octets);
    latencies = calloc(messages, sizeof *latencies);
    int steps = messages;
    if (strcmp(way, "sqlite") == 0) open_database();
    double start = now();
    if (strcmp(way, "groups") == 0) {
        write_groups();
        steps = messages / GROUP;
        messages = steps * GROUP;
    } else if (strcmp(way, "sync") == 0) run_threads(produce_syncs);
    else if (strcmp(way, "files") == 0) run_threads(produce_files);
    else if (strcmp(way, "sqlite") == 0) run_threads(produce_rows);
    else {
        fprintf(stderr, "queuepeers: there is no way %s\n", way);
        return 2;
    }
    double seconds = now() - start;
    qsort(latencies, steps, sizeof *latencies, compare);
    printf("{\"per_second\": %f, \"p50\": %f, \"p99\": %f}\n", messages / seconds, latencies[steps / 2],
           latencies[steps * 99L / 100]);
    return 0;
}
