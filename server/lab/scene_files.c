/* scene_files.c - where scenes come from: those inside the program, and files of one's own. */
#include "lab/scene.h"

#include "base/embedded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_LETTERS = 3 }; /* "07-" gives the order of the course */
static const char FOLDER[] = "web/scenes/";
static const char ENDING[] = ".json";

/* "web/scenes/07-crisis.json" is "crisis". */
static void name_of_path(const char *path, char name[LAB_SCENE_NAME_BYTES])
{
    const char *base = path + strlen(FOLDER) + PREFIX_LETTERS;
    (void)snprintf(name, LAB_SCENE_NAME_BYTES, "%.*s", (int)strcspn(base, "."), base);
}

void lab_scene_names(void (*each)(void *context, const char *name), void *context)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_with_prefix(FOLDER, &count);
    for (size_t i = 0; i < count; i++) {
        char name[LAB_SCENE_NAME_BYTES];
        name_of_path(files[i].path, name);
        each(context, name);
    }
}

static const struct embedded_file *file_of_name(const char *wanted)
{
    size_t count = 0;
    const struct embedded_file *files = embedded_with_prefix(FOLDER, &count);
    for (size_t i = 0; i < count; i++) {
        char name[LAB_SCENE_NAME_BYTES];
        name_of_path(files[i].path, name);
        if (strcmp(name, wanted) == 0) {
            return &files[i];
        }
    }
    return NULL;
}

static void allow_name(void *problem, const char *name)
{
    lab_problem_allow(problem, name);
}

static int load_file(const char *path, struct lab_scene **scene, struct lab_problem *problem)
{
    char name[LAB_SCENE_NAME_BYTES];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return lab_refuse(problem, LAB_NOT_FOUND, "cannot read scene file %.200s: %s", path,
                          strerror(errno));
    }
    char *text = malloc(LAB_SCENE_BYTES_MAX + 1);
    if (text == NULL) {
        abort();
    }
    size_t length = fread(text, 1, LAB_SCENE_BYTES_MAX + 1, file);
    bool bad = ferror(file) != 0 || length > LAB_SCENE_BYTES_MAX;
    (void)fclose(file);
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    (void)snprintf(name, sizeof name, "%.*s", (int)(strlen(base) - strlen(ENDING)), base);
    int status;
    if (bad) {
        status = lab_refuse(problem, LAB_UNPROCESSABLE,
                            "scene file %.200s cannot be read, or has more than %d bytes", path,
                            LAB_SCENE_BYTES_MAX);
    } else {
        text[length] = '\0';
        status = lab_scene_parse(name, text, true, scene, problem);
    }
    free(text);
    return status;
}

int lab_scene_load(const char *name, bool files, struct lab_scene **scene,
                   struct lab_problem *problem)
{
    size_t length = strlen(name);
    size_t ending = strlen(ENDING);
    if (files && length > ending && strcmp(name + length - ending, ENDING) == 0) {
        return load_file(name, scene, problem);
    }
    const struct embedded_file *file = file_of_name(name);
    if (file != NULL) {
        return lab_scene_parse(name, (const char *)file->bytes, false, scene, problem);
    }
    int status = lab_refuse(problem, LAB_NOT_FOUND, "there is no scene \"%.64s\"", name);
    if (problem != NULL) {
        lab_scene_names(allow_name, problem);
    }
    return status;
}
