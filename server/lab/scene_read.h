/* scene_read.h - how the parts of a scene are read: inner to the files scene*.c that read one.
 *
 * Each function gives 0 and changes nothing in the document, or -422 with one sentence: the scene, the step, the field
 * and what is allowed. */
#ifndef LAB_SCENE_READ_H
#define LAB_SCENE_READ_H

#include "lab/scene.h"

enum { SCENE_KEY_BYTES = 128 }; /* of a key in web/words/scenes.json, and of a short sentence */

struct scene_reader {
    struct lab_scene *scene;
    bool own_words;    /* it must hold its texts itself */
    const char *where; /* the step, or "" */
    struct lab_problem *problem;
};

int scene_refuse(const struct scene_reader *reader, const char *what);
/* Hands on a refusal of something inside, with its place. */
int scene_refuse_inner(const struct scene_reader *reader, const char *field,
                       struct lab_problem *inner);
/* It is an object, and every field of it is in one of two lists that end with NULL; `more` may be NULL. */
int scene_check_fields(const struct scene_reader *reader, const struct cJSON *object,
                       const char *const *names, const char *const *more);
/* A text of its own or of the table of words: there must be one, or there may. */
int scene_need_text(const struct scene_reader *reader, const struct cJSON *holder, const char *key,
                    const char *field);
int scene_may_have_text(const struct scene_reader *reader, const struct cJSON *holder,
                        const char *key, const char *field);
/* Small letters, digits and hyphens: it is a part of keys and addresses. */
bool scene_is_id(const char *text);
/* A whole number from 1 to max, or a number with thousandths up to 1000; *value stays where there is none. */
int scene_read_number(const struct scene_reader *reader, const struct cJSON *holder,
                      const char *field, int64_t max, int64_t *value);
int scene_read_decimal(const struct scene_reader *reader, const struct cJSON *holder,
                       const char *field);
int scene_read_condition(const struct scene_reader *reader, const struct cJSON *item,
                         const char *field, struct lab_condition *condition);

/* All steps, each by itself and in their order. */
int scene_read_steps(struct scene_reader *reader);

#endif
