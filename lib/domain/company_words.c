/* company_words - the words of what a company is called, and which of them many companies share. Pure. */
#include "domain/company_words.h"

#include "base/scope.h"

#include <string.h>

/* In order. Words that many companies share, so that one of them alone names none. */
static const char *const common[] = {"agencia", "agencies", "agency", "analytics", "and", "associates", "association",
	"automotive", "bank", "biotech", "bros", "brothers", "building", "business", "capital", "care", "center",
	"centre", "center", "city", "clinic", "cloud", "co", "college", "commerce", "communications", "company",
	"computer", "computing", "construction", "consult", "consultants", "consulting", "consultoria", "creative",
	"data", "de", "dental", "design", "development", "digital", "east", "education", "electric", "energy",
	"engineering", "enterprise", "enterprises", "entertainment", "equipment", "estate", "europe", "events",
	"finance", "financial", "fitness", "food", "foods", "foundation", "freight", "gesellschaft", "global", "group",
	"grupo", "gruppe", "health", "healthcare", "holding", "holdings", "home", "homes", "hospital", "hospitality",
	"hotel", "hotels", "immobilien", "industrial", "industries", "industry", "innovation", "innovations",
	"institute", "insurance", "interactive", "interiors", "international", "investment", "investments", "it", "la",
	"lab", "labs", "landscaping", "law", "legal", "life", "logistics", "logistik", "management", "manufacturing",
	"market", "marketing", "media", "medical", "mobile", "national", "network", "networks", "new", "north", "of",
	"office", "one", "online", "packaging", "partner", "partners", "pharma", "plumbing", "power", "printing", "pro",
	"production", "productions", "products", "project", "projects", "properties", "property", "real", "realty",
	"recruiting", "research", "resources", "restaurant", "retail", "robotics", "roofing", "sales", "school",
	"security", "service", "services", "servicios", "shop", "smart", "society", "software", "solar", "solution",
	"solutions", "soluciones", "south", "staffing", "store", "strategies", "studio", "studios", "supply", "support",
	"system", "systeme", "systems", "team", "tech", "technik", "technologies", "technology", "tecnologia",
	"telecom", "the", "trade", "trading", "training", "transport", "travel", "trust", "und", "union", "united",
	"university", "ventures", "verlag", "web", "west", "world", "worldwide"};

bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

bool is_common_word(const struct name_word *word)
{
	for (size_t i = 0; i < COUNT(common); i++)
		if (strcmp(common[i], word->text) == 0)
			return true;
	return false;
}

size_t spaced_words(const char *folded, char *into, size_t room)
{
	size_t to = 0;

	into[to++] = ' ';
	for (const char *at = folded; *at && to + 2 < room; at++) {
		if (is_letter_or_digit(*at))
			into[to++] = *at;
		else if (*at != '.' && *at != '\'' && into[to - 1] != ' ')
			into[to++] = ' ';
	}
	if (into[to - 1] != ' ')
		into[to++] = ' ';
	into[to] = '\0';
	return to;
}
