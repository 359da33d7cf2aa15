/* notes - what a text that somebody wrote says of a company: as his own, as somebody else's, or barely. Pure. */
#include "domain/notes.h"

#include "base/arena.h"
#include "base/scope.h"
#include "domain/company.h"
#include "domain/company_words.h"
#include "domain/fold.h"
#include "domain/name.h"

#include <string.h>

/* Beginnings of words by which a company is somebody else's, in several languages. */
static const char *const foreign_words[] = {" client", " customer", " kund", " klient", " klant", " recommend",
	" recomend", " recomm", " raccomand", " consigli", " conseill", " empfohl", " empfiehl", " empfehl",
	" aanbevol", " polec", " referr", " referen", " introduced", " intro from", " intro by", " vermittelt",
	" heard about you from", " told me about", " competitor", " konkurren", " concurren", " competidor",
	" case study", " fallstudie", " success story", " use ", " using ", " uses ", " used ", " nutzen ",
	" verwenden ", " utilis", " usamos", " utilizamos", " usiamo", " gebruik", " vendor is", " our vendor",
	" supplier", " lieferant", " proveedor", " fournisseur", " fornitor", " leverancier", " investor", " invested",
	" like you did for", " as you did for", " formerly", " former ", " previously", " ex ", " worked at",
	" worked with", " replace ", " instead of", " switch from", " switching from", " alternative to", " friend",
	" colleague from", " colleague at", " saw your", " read your"};

/* By which it is the writer's own. */
static const char *const own_words[] = {" company ", " firma ", " empresa ", " societe ", " entreprise ", " azienda ",
	" bedrijf ", " we are ", " wir sind ", " we re ", " i am with ", " i m with ", " i am from ", " i m from ",
	" i work ", " im with ", " on behalf of ", " im auftrag ", " our team at ", " my team at ", " here at ",
	" us at ", " work at ", " works at ", " working at ", " work for ", " working for ", " reaching out from ",
	" writing from ", " calling from ", " ich arbeite ", " je travaille ", " trabajo ", " trabalho ", " lavoro ",
	" ik werk ", " pracuje "};

/* Behind the last of them in the text; NULL: none of them is there. */
static const char *behind_any(const char *spaced, const char *const *words, size_t count)
{
	const char *behind = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(spaced, words[i]);

		if (at && (!behind || at + strlen(words[i]) - 1 > behind))
			behind = at + strlen(words[i]) - 1;
	}
	return behind;
}

/* The words of a text with their skeletons, as companies have them. */
static const char *skeletons(struct arena *arena, const char *spaced)
{
	char *into = arena_alloc(arena, strlen(spaced) + 2);
	size_t to = 0;

	into[to++] = ' ';
	for (const char *at = spaced; *at;) {
		size_t length = strcspn(at, " ");

		if (length > 0) {
			to += skeleton(at, length, into + to);
			into[to++] = ' ';
		}
		at += length + (at[length] == ' ');
	}
	return into;
}

static void lines_to_sentences(const char *text, char *into, size_t room)
{
	size_t to = 0;

	for (; *text && to + 1 < room; text++)
		into[to++] = *text == '\n' ? ';' : *text;
	into[to] = '\0';
}

struct notes notes_read(struct arena *arena, const char *text)
{
	enum { NOTES_BYTES = 1200, SENTENCES = 12 };
	struct notes notes = {.sentences = arena_alloc(arena, SENTENCES * sizeof *notes.sentences)};
	char folded[NOTES_BYTES], spaced[NOTES_BYTES], own[NOTES_BYTES];
	const char *at = folded;

	if (!text)
		return notes;
	lines_to_sentences(text, own, sizeof own);
	if (fold(own, folded, sizeof folded) == 0)
		return notes;
	/* A dot ends a sentence only behind a long word: "Inc. and", "S.L. in". */
	while (*at && notes.count < SENTENCES) {
		const char *end = at;
		size_t word = 0;
		struct sentence *sentence = &notes.sentences[notes.count];
		const char *behind;

		for (; *end && !strchr("!?;", *end) && !(*end == '.' && end[1] == ' ' && word > 4); end++)
			word = is_letter_or_digit(*end) ? word + 1 : 0;
		memcpy(own, at, (size_t)(end - at));
		own[end - at] = '\0';
		at = end + (*end != '\0');
		if (spaced_words(own, spaced, sizeof spaced) <= 2)
			continue;
		sentence->foreign = behind_any(spaced, foreign_words, COUNT(foreign_words));
		behind = behind_any(spaced, own_words, COUNT(own_words));
		sentence->own = behind != NULL;
		sentence->behind = skeletons(arena, behind ? behind : "");
		sentence->spaced = skeletons(arena, spaced);
		notes.count++;
	}
	return notes;
}

/* "I work at Beacon", of Beacon Partners. */
static bool begins_with_word_of(const struct sentence *sentence, const struct company *company)
{
	const struct name_word *word = &company->words[0];
	const char *at = sentence->spaced;

	if (company->count == 0 || word->length < 4 || is_common_word(word))
		return false;
	while ((at = strstr(at + 1, word->text)))
		if (at[-1] == ' ' && at[word->length] == ' ')
			return true;
	return false;
}

enum mention notes_mention(const struct notes *notes, const struct company *company)
{
	enum mention best = MENTION_NONE;
	bool telling = company->count > 1
		       || (company->count == 1 && company->joined.length >= 4 && !is_common_word(&company->words[0]));

	for (size_t i = 0; company->joined.length > 1 && i < notes->count; i++) {
		const struct sentence *sentence = &notes->sentences[i];
		enum mention here;

		if (!strstr(sentence->spaced, company->spaced)) {
			if (sentence->own && !sentence->foreign && begins_with_word_of(sentence, company)
				&& best < MENTION_BARE)
				best = MENTION_BARE;
			continue;
		}
		here = sentence->foreign                                  ? MENTION_FOREIGN
		       : sentence->own || (telling && company->count > 1) ? MENTION_OWN
									  : MENTION_BARE;
		best = here > best ? here : best;
	}
	return best;
}
