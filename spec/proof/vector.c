#include "vector.h"

#include "reference.h"

#include <string.h>

static void read_text(const char *field, struct vector_text *text)
{
    text->there = strcmp(field, "-") != 0;
    for (text->size = 0; text->there && field[0] != '\0'; field += 2) {
        char digits[3] = {field[0], field[1], '\0'}, *end;
        CHECK(text->size < VECTOR_LONGEST);
        text->bytes[text->size++] = (unsigned char)strtoul(digits, &end, 16);
        CHECK(*end == '\0' && end == digits + 2);
    }
}

bool vector_next(FILE *file, struct vector *vector)
{
    static char line[8 * VECTOR_LONGEST];
    char *fields[7], *next = line;
    int index;
    if (fgets(line, sizeof line, file) == NULL)
        return false;
    for (index = 0; index < 7; index++) {
        size_t length = strcspn(next, "\t\n");
        CHECK(next[length] == (index < 6 ? '\t' : '\n'));
        fields[index] = next;
        next[length] = '\0';
        next += length + 1;
    }
    read_text(fields[0], &vector->body);
    CHECK(strlen(fields[1]) < sizeof vector->what);
    strcpy(vector->what, fields[1]);
    vector->position = strtoul(fields[2], NULL, 10);
    for (index = 0; index < 3; index++)
        read_text(fields[3 + index], &vector->texts[index]);
    vector->has_others = fields[6][0] == '1';
    return true;
}
