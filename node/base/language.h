/* language: a program speaks the language of who runs it. */
#ifndef BASE_LANGUAGE_H
#define BASE_LANGUAGE_H

/* Locale and catalogue, once, at the start. INAMA_LOCALEDIR in the environment says where catalogues are. */
void language_start(void);

#endif
