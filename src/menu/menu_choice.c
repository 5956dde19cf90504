/* menu_choice.c - see menu_choice.h */
#include "menu/menu_choice.h"

#include <stdlib.h>

unsigned menu_choice_seconds(const struct menu_options *o)
{
	return o->timeout > 1 ? (unsigned)o->timeout : 1;
}

void menu_choice_release(struct menu_choice *choice)
{
	free(choice->cmdline);
	*choice = (struct menu_choice){0};
}
