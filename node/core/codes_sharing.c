#include "core/codes_tables.h"

/* What an alert is, how far it is believed and who may have it. Confidence: ICD 203. TLP: FIRST, version 2.0. Handling:
 * Europol's codes H0 to H3; P, C and their conditions: the 3x5x2 intelligence report of the United Kingdom. Purposes:
 * those of agreements on mutual administrative assistance, and of CITES. */

/* clang-format off */
static const struct code kinds[] = {
    {"SEIZURE",        "Seizure",                "Saisie",               false},
    {"ATTEMPTED",      "Attempted trafficking",  "Tentative de trafic",  false},
    {"INTELLIGENCE",   "Intelligence",           "Renseignement",        false},
    {"NEGATIVE_CHECK", "Checked, nothing found", "Contrôle négatif",     false},
    {"WARNING",        "Warning",                "Mise en garde",        false},
    {"FEEDBACK",       "Feedback",               "Retour d'information", false},
    {"QUESTION",       "Question",               "Question",             false},
    {"REQUEST",        "Request for action",     "Demande d'action",     false},
    {"NIL_REPORT",     "Nil report",             "Rapport néant",        false},
    {"CORRECTION",     "Correction",             "Rectification",        false},
    {"RECALL",         "Recall",                 "Rappel",               false},
};

static const struct code urgencies[] = {
    {"ROUTINE",  "Routine",  "Normale",     false},
    {"PRIORITY", "Priority", "Prioritaire", false},
    {"URGENT",   "Urgent",   "Urgente",     false},
};

/* Where the information comes from, never from whom */
static const struct code source_kinds[] = {
    {"PATROL",      "Patrol",                       "Patrouille",                    false},
    {"PUBLIC",      "Member of the public",         "Particulier",                   false},
    {"INFORMANT",   "Informant",                    "Informateur",                   false},
    {"TECHNICAL",   "Technical means",              "Moyens techniques",             false},
    {"LIAISON",     "Liaison with another service", "Liaison avec un autre service", false},
    {"OPEN_SOURCE", "Open source",                  "Source ouverte",                false},
    {"DOCUMENT",    "Document",                     "Document",                      false},
    {"OTHER",       "Other",                        "Autre",                         false},
};

static const struct code confidences[] = {
    {"LOW",      "Low",      "Faible",  false},
    {"MODERATE", "Moderate", "Modérée", false},
    {"HIGH",     "High",     "Élevée",  false},
};

static const struct code request_types[] = {
    {"INFORMATION",             "Information",                         "Renseignements",                                false},
    {"IDENTIFY_SPECIES",        "Identify the species",                "Identifier l'espèce",                           false},
    {"DETERMINE_ORIGIN",        "Determine the origin",                "Déterminer l'origine",                          false},
    {"VERIFY_PERMIT",           "Verify a permit",                     "Vérifier un permis",                            false},
    {"CHECK_PERSON",            "Check a person",                      "Vérifier une personne",                         false},
    {"CHECK_COMPANY",           "Check a company",                     "Vérifier une société",                          false},
    {"CHECK_CONVEYANCE",        "Check a vehicle, vessel or aircraft", "Vérifier un véhicule, un navire ou un aéronef", false},
    {"TRACE_CONSIGNMENT",       "Trace a consignment",                 "Localiser un envoi",                            false},
    {"EXAMINE_CONSIGNMENT",     "Stop and examine a consignment",      "Arrêter et examiner un envoi",                  false},
    {"CONTROLLED_DELIVERY",     "Controlled delivery",                 "Livraison surveillée",                          false},
    {"LABORATORY_ANALYSIS",     "Laboratory analysis",                 "Analyse en laboratoire",                        false},
    {"MUTUAL_LEGAL_ASSISTANCE", "Mutual legal assistance",             "Entraide judiciaire",                           false},
    {"RETURN_SPECIMENS",        "Return of specimens",                 "Renvoi des spécimens",                          false},
    {"EXPERT_ADVICE",           "Advice of an expert",                 "Avis d'un expert",                              false},
    {"OTHER",                   "Other",                               "Autre",                                         false},
};

static const struct code tlp[] = {
    {"CLEAR",        "No limit on disclosure",                         "Diffusion non limitée",                                false},
    {"GREEN",        "The community, not public channels",             "La communauté, pas de canaux publics",                 false},
    {"AMBER",        "The organisation and its clients, need to know", "L'organisation et ses clients, besoin d'en connaître", false},
    {"AMBER+STRICT", "The organisation only, need to know",            "L'organisation seule, besoin d'en connaître",          false},
    {"RED",          "The named recipients only",                      "Les destinataires désignés seuls",                     false},
    {"WHITE",        "Former name of CLEAR",                           "Ancien nom de CLEAR",                                  true},
};

static const struct code handlings[] = {
    {"H0", "For preventing and combating crime only",         "Uniquement pour prévenir et combattre la criminalité",   false},
    {"H1", "Not in court without the provider's permission",  "Pas en justice sans l'autorisation du fournisseur",      false},
    {"H2", "Not passed on without the provider's permission", "Pas de transmission sans l'autorisation du fournisseur", false},
    {"H3", "Other restrictions, stated in the text",          "Autres restrictions, précisées dans le texte",           false},
    {"P",  "Lawful sharing permitted",                        "Partage licite permis",                                  false},
    {"C",  "Lawful sharing permitted with conditions",        "Partage licite permis sous conditions",                  false},
    {"A1", "May corroborate, no action without permission",   "Peut corroborer, aucune action sans autorisation",       false},
    {"A2", "Covert action only, not as evidence",             "Action discrète seulement, pas comme preuve",            false},
    {"A3", "Overt action permitted as specified",             "Action ouverte permise comme précisé",                   false},
    {"S1", "May be reduced for wider dissemination",          "Peut être réduit pour une diffusion plus large",         false},
    {"S2", "Not reduced or passed on without consultation",   "Ni réduit ni transmis sans consultation",                false},
};

/* How far a recipient may pass the alert on without asking */
static const struct code onward[] = {
    {"NONE",      "Not at all",                         "Aucune transmission",           false},
    {"NATIONAL",  "To authorities of the same country", "Aux autorités du même pays",    false},
    {"COMMUNITY", "To members of the network",          "Aux membres du réseau",         false},
    {"ASK",       "Ask the originator first",           "Demander d'abord à l'émetteur", false},
};

static const struct code permitted_purposes[] = {
    {"CUSTOMS",       "Customs control and risk analysis",       "Contrôle douanier et analyse de risque",  false},
    {"INVESTIGATION", "Preventing and investigating offences",   "Prévention et recherche des infractions", false},
    {"PROSECUTION",   "Prosecution and court proceedings",       "Poursuites et procédures judiciaires",    false},
    {"CITES",         "Permits and other work under CITES",      "Permis et autres tâches de la CITES",     false},
    {"STATISTICS",    "Statistics and reports",                  "Statistiques et rapports",                false},
    {"TRAINING",      "Training",                                "Formation",                               false},
};

static const struct code grading_schemes[] = {
    {"ADMIRALTY", "Admiralty (NATO) 6x6", "Amirauté (OTAN) 6x6", false},
    {"EUROPOL",   "Europol 4x4",          "Europol 4x4",         false},
    {"UK",        "United Kingdom 3x5",   "Royaume-Uni 3x5",     false},
};

/* What a member is */
static const struct code roles[] = {
    {"CUSTOMS",     "Customs",            "Douane",                                      false},
    {"POLICE",      "Police",             "Police",                                      false},
    {"WILDLIFE",    "Wildlife authority", "Autorité chargée de la faune et de la flore", false},
    {"JUDICIAL",    "Court",              "Autorité judiciaire",                         false},
    {"PROSECUTOR",  "Prosecutor",         "Ministère public",                            false},
    {"SECRETARIAT", "Secretariat",        "Secrétariat",                                 false},
    {"OTHER",       "Other",              "Autre",                                       false},
};
/* clang-format on */

const struct code_table codes_kinds = TABLE("kind", kinds);
const struct code_table codes_urgencies = TABLE("urgency", urgencies);
const struct code_table codes_source_kinds = TABLE("source-kind", source_kinds);
const struct code_table codes_confidences = TABLE("confidence", confidences);
const struct code_table codes_request_types = TABLE("request-type", request_types);
const struct code_table codes_tlp = TABLE("tlp", tlp);
const struct code_table codes_handlings = TABLE("handling", handlings);
const struct code_table codes_onward = TABLE("onward", onward);
const struct code_table codes_permitted_purposes = TABLE("permitted-purpose", permitted_purposes);
const struct code_table codes_grading_schemes = TABLE("grading-scheme", grading_schemes);
const struct code_table codes_roles = TABLE("role", roles);
