/*
 * The same full parse by GMime 3: headers summed up, structure, every body decoded, texts to UTF-8.
 *
 *   gmime SECONDS FOLDER...    prints "NAME us/message MB/s" of processor time for the *.eml of each folder
 */
#include <gmime/gmime.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static long total;

static double processor_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void count_text(const char *text)
{
    if (text) total += strlen(text);
}

static void sum_up_addresses(InternetAddressList *list)
{
    int count = list ? internet_address_list_length(list) : 0;
    for (int i = 0; i < count; i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        count_text(internet_address_get_name(one));
        if (INTERNET_ADDRESS_IS_MAILBOX(one)) count_text(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one)));
        else if (INTERNET_ADDRESS_IS_GROUP(one)) sum_up_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)));
    }
}

static void sum_up(GMimeMessage *message)
{
    count_text(g_mime_message_get_subject(message));
    count_text(g_mime_message_get_message_id(message));
    total += g_mime_message_get_date(message) != NULL;
    sum_up_addresses(g_mime_message_get_from(message));
    sum_up_addresses(g_mime_message_get_to(message));
    sum_up_addresses(g_mime_message_get_cc(message));
    sum_up_addresses(g_mime_message_get_bcc(message));
    sum_up_addresses(g_mime_message_get_reply_to(message));
}

static void decode(GMimeObject *parent, GMimeObject *part, gpointer data)
{
    (void)parent;
    (void)data;
    if (!GMIME_IS_PART(part)) return;
    count_text(g_mime_part_get_filename(GMIME_PART(part)));
    count_text(g_mime_part_get_content_id(GMIME_PART(part)));
    if (GMIME_IS_TEXT_PART(part) && !g_mime_part_is_attachment(GMIME_PART(part))) {
        char *text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
        count_text(text);
        g_free(text);
        return;
    }
    GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
    if (!content) return;
    GMimeStream *nowhere = g_mime_stream_null_new();
    total += g_mime_data_wrapper_write_to_stream(content, nowhere);
    g_object_unref(nowhere);
}

static void parse(GByteArray *source)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(source);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    if (message) {
        sum_up(message);
        g_mime_message_foreach(message, decode, NULL);
        g_object_unref(message);
    }
    g_object_unref(parser);
    g_object_unref(stream);
}

static double run(GByteArray **messages, size_t count, size_t octets, double seconds)
{
    size_t rounds = octets < 4000000 ? 4000000 / octets : 1, parsed = 0;
    double start = processor_seconds(), used;
    do {
        for (size_t round = 0; round < rounds; round++)
            for (size_t i = 0; i < count; i++) parse(messages[i]);
        parsed += rounds * count;
        used = processor_seconds() - start;
    } while (used < seconds);
    return used * 1e6 / parsed;
}

static void measure(char *folder, double seconds)
{
    char pattern[4096];
    glob_t files;
    size_t octets = 0;
    snprintf(pattern, sizeof pattern, "%s/*.eml", folder);
    if (glob(pattern, 0, NULL, &files) != 0) {
        fprintf(stderr, "%s has no *.eml\n", folder);
        exit(1);
    }
    GByteArray **messages = g_new(GByteArray *, files.gl_pathc);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char *content;
        gsize length;
        if (!g_file_get_contents(files.gl_pathv[i], &content, &length, NULL)) exit(1);
        messages[i] = g_byte_array_new_take((guint8 *)content, length);
        octets += length;
    }
    run(messages, files.gl_pathc, octets, seconds / 4);
    double microseconds = run(messages, files.gl_pathc, octets, seconds);
    printf("%s %.2f %.1f\n", basename(folder), microseconds, octets / (microseconds * files.gl_pathc));
    fflush(stdout);
    for (size_t i = 0; i < files.gl_pathc; i++) g_byte_array_unref(messages[i]);
    g_free(messages);
    globfree(&files);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: gmime SECONDS FOLDER...\n");
        return 2;
    }
    g_mime_init();
    for (int i = 2; i < argc; i++) measure(argv[i], atof(argv[1]));
    g_mime_shutdown();
    return total == 0;
}
