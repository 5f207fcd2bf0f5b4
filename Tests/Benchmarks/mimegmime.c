// Reads mails with GMime as MIMEBenchmark does with our parser: mimegmime full LIST PASSES.
// The mails are in memory before the clock starts; the parser reads them from there without copying their bodies.
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct work {
    long fields, field_octets, addresses, texts, text_octets, files, file_octets;
};

static double processor_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_fields(GMimeObject *part, struct work *work) {
    GMimeHeaderList *fields = g_mime_object_get_header_list(part);
    int count = g_mime_header_list_get_count(fields);
    for (int index = 0; index < count; index++) {
        const char *value = g_mime_header_get_value(g_mime_header_list_get_header_at(fields, index));
        work->fields++;
        if (value) work->field_octets += (long)strlen(value);
    }
}

static void read_text(GMimeTextPart *part, struct work *work) {
    char *text = g_mime_text_part_get_text(part);
    work->texts++;
    if (text) work->text_octets += (long)strlen(text);
    g_free(text);
}

static void read_file(GMimePart *part, struct work *work) {
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    work->files++;
    if (!content) return;
    GMimeStream *memory = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, memory);
    work->file_octets += (long)g_mime_stream_length(memory);
    g_object_unref(memory);
}

// GMime keeps the fields of a message's content in the message's own list, so only the fields of a message are read
// there, and only those of a part that stands in a multipart elsewhere.
static void read_part(GMimeObject *part, gboolean has_own_fields, struct work *work) {
    if (has_own_fields) read_fields(part, work);
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int index = 0; index < count; index++)
            read_part(g_mime_multipart_get_part(GMIME_MULTIPART(part), index), TRUE, work);
    } else if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        if (!message) return;
        read_fields(GMIME_OBJECT(message), work);
        GMimeObject *content = g_mime_message_get_mime_part(message);
        if (content) read_part(content, TRUE, work);
    } else if (GMIME_IS_TEXT_PART(part)) {
        read_text(GMIME_TEXT_PART(part), work);
    } else if (GMIME_IS_PART(part)) {
        read_file(GMIME_PART(part), work);
    }
}

static void read_mail(const GByteArray *mail, struct work *work) {
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array((GByteArray *)mail);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_object_unref(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    if (!message) return;
    for (int type = 0; type < GMIME_ADDRESS_TYPE_BCC + 1; type++)
        work->addresses += internet_address_list_length(g_mime_message_get_addresses(message, type));
    g_mime_message_get_date(message);
    g_mime_message_get_message_id(message);
    read_fields(GMIME_OBJECT(message), work);
    GMimeObject *content = g_mime_message_get_mime_part(message);
    if (content) read_part(content, TRUE, work);
    g_object_unref(message);
}

static GByteArray *content_of(const char *path) {
    gchar *content;
    gsize count;
    if (!g_file_get_contents(path, &content, &count, NULL)) {
        fprintf(stderr, "mimegmime: cannot read %s\n", path);
        exit(66);
    }
    return g_byte_array_new_take((guint8 *)content, count);
}

int main(int count, char **arguments) {
    if (count != 4 || strcmp(arguments[1], "full") != 0) {
        fputs("usage: mimegmime full LIST PASSES\n", stderr);
        return 64;
    }
    g_mime_init();
    gchar *list;
    if (!g_file_get_contents(arguments[2], &list, NULL, NULL)) return 66;
    GPtrArray *mails = g_ptr_array_new();
    long octets = 0;
    for (char *path = strtok(list, "\n"); path; path = strtok(NULL, "\n")) {
        GByteArray *mail = content_of(path);
        octets += mail->len;
        g_ptr_array_add(mails, mail);
    }
    struct work work = {0};
    int passes = atoi(arguments[3]);
    double start = processor_time();
    for (int pass = 0; pass < passes; pass++)
        for (guint index = 0; index < mails->len; index++) read_mail(g_ptr_array_index(mails, index), &work);
    double seconds = processor_time() - start;
    printf("%ld %ld %f %ld %ld %ld %ld %ld %ld %ld\n", (long)mails->len * passes, octets * passes, seconds, work.fields,
        work.field_octets, work.addresses, work.texts, work.text_octets, work.files, work.file_octets);
    return 0;
}
