/* Verifies one message many times with libopendkim: dkimrate MESSAGE KEY-RECORD COUNT; prints seconds, CPU seconds, result. */
#include <sys/resource.h>
#include <sys/types.h>
#include <opendkim/dkim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char key[8192];

static DKIM_CBSTAT look_up(DKIM *dkim, DKIM_SIGINFO *signature, unsigned char *buffer, size_t size) {
    (void)dkim, (void)signature;
    snprintf((char *)buffer, size, "%s", key);
    return DKIM_CBSTAT_CONTINUE;
}

static size_t read_all(const char *path, char **content) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(66);
    fseek(file, 0, SEEK_END);
    size_t count = (size_t)ftell(file);
    rewind(file);
    *content = calloc(1, count + 1);
    if (fread(*content, 1, count, file) != count) exit(66);
    fclose(file);
    return count;
}

static double now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 4) return 64;
    char *message, *record;
    size_t size = read_all(arguments[1], &message);
    read_all(arguments[2], &record);
    snprintf(key, sizeof key, "%s", record);
    int times = atoi(arguments[3]), good = 0;
    DKIM_LIB *library = dkim_init(NULL, NULL);
    dkim_set_key_lookup(library, look_up);
    double start = now(CLOCK_MONOTONIC), processor = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < times; i++) {
        DKIM_STAT status;
        DKIM *dkim = dkim_verify(library, (unsigned char *)"bench", NULL, &status);
        dkim_chunk(dkim, (unsigned char *)message, size);
        dkim_chunk(dkim, NULL, 0);
        good += dkim_eom(dkim, NULL) == DKIM_STAT_OK;
        dkim_free(dkim);
    }
    printf("%d %f %f %s\n", times, now(CLOCK_MONOTONIC) - start, now(CLOCK_PROCESS_CPUTIME_ID) - processor,
           good == times ? "pass" : "fail");
    dkim_close(library);
    return 0;
}
