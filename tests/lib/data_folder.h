/* data_folder.h - a folder of its own for a lab's database, for the length of a test. */
#ifndef TESTS_DATA_FOLDER_H
#define TESTS_DATA_FOLDER_H

enum { DATA_FOLDER_BYTES = 64 };

/* A new empty folder; `folder` gets its path. */
void data_folder_make(char folder[DATA_FOLDER_BYTES]);
/* Takes away the database chef.db with its side files, and the folder, in which nothing else may be. */
void data_folder_remove(const char *folder);

#endif
