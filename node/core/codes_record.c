#include "core/codes_tables.h"

/* What a seizure record says. Lists marked AITR follow the columns of the CITES annual illegal trade report as national
 * systems implement them; the others are the house's own. UNKNOWN is an answer: somebody looked and could not tell. */

/* clang-format off */
/* AITR: trade direction */
static const struct code directions[] = {
    {"EXPORT",    "Export",    "Exportation",   false},
    {"IMPORT",    "Import",    "Importation",   false},
    {"TRANSIT",   "Transit",   "Transit",       false},
    {"RE_EXPORT", "Re-export", "Réexportation", false},
    {"DOMESTIC",  "Domestic",  "Intérieur",     false},
};

/* AITR: detecting agency */
static const struct code agencies[] = {
    {"CUSTOMS",            "Customs",            "Douane",                                      false},
    {"POLICE",             "Police",             "Police",                                      false},
    {"BORDER_FORCE",       "Border force",       "Police aux frontières",                       false},
    {"WILDLIFE_AUTHORITY", "Wildlife authority", "Autorité chargée de la faune et de la flore", false},
    {"COAST_GUARD",        "Coast guard",        "Garde-côtes",                                 false},
    {"OTHER",              "Other",              "Autre",                                       false},
    {"UNKNOWN",            "Unknown",            "Inconnu",                                     false},
};

/* AITR: method of detection */
static const struct code detections[] = {
    {"SCANNING",                "Scanning",                      "Imagerie par scanner",     false},
    {"RISK_ASSESSMENT",         "Risk assessment",               "Analyse de risque",        false},
    {"RANDOM_CHECK",            "Random check",                  "Contrôle aléatoire",       false},
    {"SNIFFER_DOG",             "Sniffer dog",                   "Chien détecteur",          false},
    {"THIRD_PARTY_INFORMATION", "Third-party information",       "Information d'un tiers",   false},
    {"PHYSICAL_INSPECTION",     "Physical inspection",           "Inspection physique",      false},
    {"PATROL",                  "Patrol",                        "Patrouille",               false},
    {"INTELLIGENCE",            "Intelligence or investigation", "Renseignement ou enquête", false},
    {"OTHER",                   "Other",                         "Autre",                    false},
    {"UNKNOWN",                 "Unknown",                       "Inconnu",                  false},
};

/* AITR: reason for seizure */
static const struct code reasons[] = {
    {"NO_CITES_PERMIT",           "No CITES permit",              "Absence de permis CITES",                     false},
    {"FAKE_OR_INVALID_PERMIT",    "Fake or invalid permit",       "Permis faux ou non valable",                  false},
    {"UNDECLARED_OR_MISDECLARED", "Undeclared or misdeclared",    "Défaut de déclaration ou fausse déclaration", false},
    {"ILLEGAL_CROSSING",          "Illegal crossing",             "Franchissement illégal de la frontière",      false},
    {"POACHING",                  "Poaching",                     "Braconnage",                                  false},
    {"NATIONAL_LICENCE_BREACH",   "Breach of a national licence", "Infraction à une licence nationale",          false},
    {"OTHER",                     "Other",                        "Autre",                                       false},
    {"UNKNOWN",                   "Unknown",                      "Inconnu",                                     false},
};

/* AITR: method of concealment */
static const struct code concealments[] = {
    {"NONE",                 "No concealment",                  "Aucune dissimulation",               false},
    {"POSTAL_PARCEL",        "Postal parcel",                   "Colis postal",                       false},
    {"LUGGAGE",              "Luggage",                         "Bagages",                            false},
    {"ON_BODY",              "Carried on the body",             "Sur le corps",                       false},
    {"IN_CARGO_COVER_LOAD",  "In a cover load",                 "Dans un chargement de couverture",   false},
    {"IN_VEHICLE_STRUCTURE", "In the structure of a vehicle",   "Dans la structure d'un véhicule",    false},
    {"CONTAINER_STRUCTURE",  "In the structure of a container", "Dans la structure d'un conteneur",   false},
    {"MISDECLARED_GOODS",    "Declared as other goods",         "Sous couvert d'autres marchandises", false},
    {"OTHER",                "Other",                           "Autre",                              false},
    {"UNKNOWN",              "Unknown",                         "Inconnu",                            false},
};

/* AITR: disposal of confiscated specimens, after CITES Res. Conf. 17.8 */
static const struct code disposals[] = {
    {"PENDING",                                "Pending",                                    "En attente de décision",                                           false},
    {"HELD_AS_EVIDENCE",                       "Held as evidence",                           "Conservé comme pièce à conviction",                                false},
    {"RETURNED_TO_STATE_OF_EXPORT",            "Returned to the State of export",            "Renvoyé à l'État d'exportation",                                   false},
    {"RESCUE_CENTRE",                          "Rescue centre",                              "Centre de sauvegarde",                                             false},
    {"ZOO_OR_BOTANIC_GARDEN",                  "Zoo or botanic garden",                      "Parc zoologique ou jardin botanique",                              false},
    {"RELEASED",                               "Released into the wild",                     "Remis dans la nature",                                             false},
    {"EUTHANISED",                             "Euthanised",                                 "Euthanasié",                                                       false},
    {"DESTROYED",                              "Destroyed",                                  "Détruit",                                                          false},
    {"SCIENTIFIC_EDUCATIONAL_ENFORCEMENT_USE", "Scientific, educational or enforcement use", "Utilisation scientifique, éducative ou de lutte contre la fraude", false},
    {"STOCKPILED",                             "Stockpiled",                                 "Mis en stock",                                                     false},
    {"SOLD_OR_AUCTIONED",                      "Sold or auctioned",                          "Vendu ou mis aux enchères",                                        false},
    {"RETURNED_TO_OWNER",                      "Returned to the owner",                      "Rendu au propriétaire",                                            false},
    {"OTHER",                                  "Other",                                      "Autre",                                                            false},
    {"UNKNOWN",                                "Unknown",                                    "Inconnu",                                                          false},
};

/* Where on its way a consignment was */
static const struct code leg_roles[] = {
    {"ORIGIN",      "Origin",              "Origine",                      false},
    {"EXPORT",      "Export or re-export", "Exportation ou réexportation", false},
    {"TRANSIT",     "Transit",             "Transit",                      false},
    {"DESTINATION", "Destination",         "Destination",                  false},
    {"SEIZURE",     "Place of seizure",    "Lieu de saisie",               false},
};

static const struct code document_types[] = {
    {"CITES_EXPORT_PERMIT",         "CITES export permit",          "Permis d'exportation CITES",        false},
    {"CITES_IMPORT_PERMIT",         "CITES import permit",          "Permis d'importation CITES",        false},
    {"CITES_RE_EXPORT_CERTIFICATE", "CITES re-export certificate",  "Certificat de réexportation CITES", false},
    {"CITES_OTHER_CERTIFICATE",     "Other CITES certificate",      "Autre certificat CITES",            false},
    {"HUNTING_PERMIT",              "Hunting or collecting permit", "Permis de chasse ou de collecte",   false},
    {"NATIONAL_LICENCE",            "National licence",             "Licence nationale",                 false},
    {"VETERINARY_CERTIFICATE",      "Veterinary certificate",       "Certificat vétérinaire",            false},
    {"PHYTOSANITARY_CERTIFICATE",   "Phytosanitary certificate",    "Certificat phytosanitaire",         false},
    {"CERTIFICATE_OF_ORIGIN",       "Certificate of origin",        "Certificat d'origine",              false},
    {"CUSTOMS_DECLARATION",         "Customs declaration",          "Déclaration en douane",             false},
    {"INVOICE",                     "Commercial invoice",           "Facture commerciale",               false},
    {"PACKING_LIST",                "Packing list",                 "Liste de colisage",                 false},
    {"BILL_OF_LADING",              "Bill of lading",               "Connaissement",                     false},
    {"AIR_WAYBILL",                 "Air waybill",                  "Lettre de transport aérien",        false},
    {"MANIFEST",                    "Cargo manifest",               "Manifeste de cargaison",            false},
    {"POSTAL_FORM",                 "Postal form",                  "Formulaire postal",                 false},
    {"OTHER",                       "Other",                        "Autre",                             false},
    {"UNKNOWN",                     "Unknown",                      "Inconnu",                           false},
};

/* What the document turned out to be */
static const struct code document_statuses[] = {
    {"GENUINE",               "Genuine",                      "Authentique",                false},
    {"NONE",                  "None presented",               "Non présenté",               false},
    {"FORGED",                "Forged",                       "Contrefait",                 false},
    {"ALTERED",               "Altered",                      "Falsifié",                   false},
    {"EXPIRED",               "Expired",                      "Périmé",                     false},
    {"REUSED",                "Used before",                  "Déjà utilisé",               false},
    {"INVALID",               "Invalid for this consignment", "Non valable pour cet envoi", false},
    {"STOLEN",                "Stolen",                       "Volé",                       false},
    {"FRAUDULENTLY_OBTAINED", "Obtained by fraud",            "Obtenu frauduleusement",     false},
    {"UNDER_VERIFICATION",    "Under verification",           "En cours de vérification",   false},
    {"UNKNOWN",               "Unknown",                      "Inconnu",                    false},
};

/* Categories of data subjects, Directive (EU) 2016/680, Art. 6. Who gave the information is none: a source never travels. */
static const struct code person_roles[] = {
    {"SUSPECT",   "Suspect",                "Suspect",              false},
    {"CONVICTED", "Convicted",              "Condamné",             false},
    {"VICTIM",    "Victim",                 "Victime",              false},
    {"WITNESS",   "Witness",                "Témoin",               false},
    {"CONTACT",   "Contact of a suspect",   "Contact d'un suspect", false},
    {"ASSOCIATE", "Associate of a suspect", "Associé d'un suspect", false},
    {"OTHER",     "Other",                  "Autre",                false},
};

static const struct code company_roles[] = {
    {"EXPORTER",          "Exporter",                   "Exportateur",                    false},
    {"IMPORTER",          "Importer",                   "Importateur",                    false},
    {"CONSIGNOR",         "Consignor",                  "Expéditeur",                     false},
    {"CONSIGNEE",         "Consignee",                  "Destinataire",                   false},
    {"NOTIFY_PARTY",      "Notify party",               "Partie à notifier",              false},
    {"CARRIER",           "Carrier",                    "Transporteur",                   false},
    {"FREIGHT_FORWARDER", "Freight forwarder",          "Transitaire",                    false},
    {"BROKER",            "Customs broker",             "Commissionnaire en douane",      false},
    {"COURIER",           "Courier or postal operator", "Messagerie ou opérateur postal", false},
    {"WAREHOUSE",         "Warehouse keeper",           "Entrepositaire",                 false},
    {"BREEDER",           "Breeder or nursery",         "Éleveur ou pépinière",           false},
    {"DEALER",            "Dealer or shop",             "Négociant ou magasin",           false},
    {"PLATFORM",          "Online platform",            "Plateforme en ligne",            false},
    {"OTHER",             "Other",                      "Autre",                          false},
    {"UNKNOWN",           "Unknown",                    "Inconnu",                        false},
};

static const struct code sexes[] = {
    {"FEMALE",  "Female",  "Féminin",  false},
    {"MALE",    "Male",    "Masculin", false},
    {"OTHER",   "Other",   "Autre",    false},
    {"UNKNOWN", "Unknown", "Inconnu",  false},
};

/* How exactly a place is known */
static const struct code precisions[] = {
    {"EXACT",       "Exact",                        "Exacte",                            false},
    {"APPROXIMATE", "Approximate",                  "Approximative",                     false},
    {"PORT",        "Port, airport or border post", "Port, aéroport ou poste-frontière", false},
    {"REGION",      "Region",                       "Région",                            false},
    {"COUNTRY",     "Country only",                 "Pays seulement",                    false},
};

static const struct code exhibit_kinds[] = {
    {"SPECIMEN",          "Specimen",                            "Spécimen",                                    false},
    {"SAMPLE",            "Sample",                              "Échantillon",                                 false},
    {"PHOTOGRAPH",        "Photograph",                          "Photographie",                                false},
    {"VIDEO",             "Video",                               "Vidéo",                                       false},
    {"SCAN",              "Scanner image",                       "Image de scanner",                            false},
    {"DOCUMENT",          "Document",                            "Document",                                    false},
    {"DEVICE",            "Telephone, computer or data carrier", "Téléphone, ordinateur ou support de données", false},
    {"PACKAGING",         "Packaging",                           "Emballage",                                   false},
    {"SEAL",              "Seal",                                "Scellé",                                      false},
    {"VEHICLE",           "Vehicle or vessel",                   "Véhicule ou navire",                          false},
    {"CONTAINER",         "Container",                           "Conteneur",                                   false},
    {"WEAPON",            "Weapon or trap",                      "Arme ou piège",                               false},
    {"MONEY",             "Money",                               "Argent",                                      false},
    {"LABORATORY_REPORT", "Laboratory report",                   "Rapport de laboratoire",                      false},
    {"OTHER",             "Other",                               "Autre",                                       false},
};

static const struct code custody_actions[] = {
    {"SEIZED",       "Seized",         "Saisi",            false},
    {"PHOTOGRAPHED", "Photographed",   "Photographié",     false},
    {"MARKED",       "Marked",         "Marqué",           false},
    {"SEALED",       "Sealed",         "Mis sous scellés", false},
    {"UNSEALED",     "Unsealed",       "Descellé",         false},
    {"TRANSFERRED",  "Handed over",    "Remis",            false},
    {"RECEIVED",     "Received",       "Reçu",             false},
    {"SAMPLED",      "Sampled",        "Échantillonné",    false},
    {"ANALYSED",     "Analysed",       "Analysé",          false},
    {"STORED",       "Stored",         "Entreposé",        false},
    {"RETURNED",     "Returned",       "Restitué",         false},
    {"DESTROYED",    "Destroyed",      "Détruit",          false},
    {"DIED",         "Died",           "Mort",             false},
    {"LOST",         "Lost or stolen", "Perdu ou volé",    false},
    {"OTHER",        "Other",          "Autre",            false},
};
/* clang-format on */

const struct code_table codes_directions = TABLE("direction", directions);
const struct code_table codes_agencies = TABLE("agency", agencies);
const struct code_table codes_detections = TABLE("detection", detections);
const struct code_table codes_reasons = TABLE("reason", reasons);
const struct code_table codes_concealments = TABLE("concealment", concealments);
const struct code_table codes_disposals = TABLE("disposal", disposals);
const struct code_table codes_leg_roles = TABLE("leg-role", leg_roles);
const struct code_table codes_document_types = TABLE("document-type", document_types);
const struct code_table codes_document_statuses = TABLE("document-status", document_statuses);
const struct code_table codes_person_roles = TABLE("person-role", person_roles);
const struct code_table codes_company_roles = TABLE("company-role", company_roles);
const struct code_table codes_sexes = TABLE("sex", sexes);
const struct code_table codes_precisions = TABLE("precision", precisions);
const struct code_table codes_exhibit_kinds = TABLE("exhibit-kind", exhibit_kinds);
const struct code_table codes_custody_actions = TABLE("custody-action", custody_actions);
