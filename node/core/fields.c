#include "core/fields.h"

#include <string.h>

#include "base/text.h"

/* The blocks, in the order of the leaves. Every bound is a multiple of four; a block is at most three aligned powers of
 * two, and classes that are mostly withheld together (persons and companies) share one. The room that is left in a
 * block is for fields to come: a class cannot grow out of its block. */
static const struct {
    const char *name;
    uint8_t first;
    uint8_t count;
} blocks[CLASS_COUNT] = {
    [CLASS_INCIDENT] = {"incident", 0, 16},
    [CLASS_DETECTION] = {"detection", 16, 8},
    [CLASS_CONCEALMENT] = {"concealment", 24, 8},
    [CLASS_SPECIMENS] = {"specimens", 32, 28},
    [CLASS_MARKS] = {"marks", 60, 4},
    [CLASS_ROUTE] = {"route", 64, 16},
    [CLASS_CONVEYANCE] = {"conveyance", 80, 16},
    [CLASS_NARRATIVE] = {"narrative", 96, 4},
    [CLASS_TEARLINE] = {"tearline", 100, 4},
    [CLASS_DOCUMENTS] = {"documents", 104, 16},
    [CLASS_PERSONS] = {"persons", 120, 24},
    [CLASS_COMPANIES] = {"companies", 144, 16},
    [CLASS_EVALUATION] = {"evaluation", 160, 8},
    [CLASS_SOURCE] = {"source", 168, 4},
    [CLASS_EVIDENCE] = {"evidence", 172, 12},
    [CLASS_CUSTODY] = {"custody", 184, 8},
    [CLASS_LABORATORY] = {"laboratory", 192, 16},
    [CLASS_LEGAL] = {"legal", 208, 16},
    [CLASS_VALUE] = {"value", 224, 8},
    [CLASS_OPERATIONAL] = {"operational", 232, 16},
    [CLASS_REQUESTS] = {"requests", 248, 8},
};

/* Which groups are lists. */
enum {
    incident_is_list = false,
    detection_is_list = false,
    concealment_is_list = false,
    specimens_is_list = true,
    legs_is_list = true,
    narrative_is_list = false,
    documents_is_list = true,
    persons_is_list = true,
    companies_is_list = true,
    evaluation_is_list = false,
    source_is_list = false,
    exhibits_is_list = true,
    custody_is_list = true,
    laboratory_is_list = true,
    legal_is_list = false,
    operational_is_list = false,
    requests_is_list = true,
};

/* Behind the label comes what only some fields have: .list, .form, .entity, .repeats, .with, .aitr. */
#define ROW(slot_, class_, group_, name_, type_, ...)                                                                  \
    [slot_] = {                                                                                                        \
        .slot = (slot_),                                                                                               \
        .class = CLASS_##class_,                                                                                       \
        .path = #group_ "." #name_,                                                                                    \
        .group = #group_,                                                                                              \
        .name = #name_,                                                                                                \
        .group_repeats = group_##_is_list,                                                                             \
        .type = FIELD_##type_,                                                                                         \
        .label = __VA_ARGS__,                                                                                          \
    }

/* Columns of the CITES annual illegal trade report that several fields go into. */
#define AITR_DATE "Date of seizure"
#define AITR_LOCATION "Location of incident"
#define AITR_VALUE "Estimated value in country (amount and currency)"
/* The column that a leg's country goes into is decided by its role. */
#define AITR_ROUTE "Alleged country of origin; Country(ies) of transit; Alleged final destination"

/* clang-format off */
static const struct field table[FIELD_SLOTS] = {
    ROW(0, INCIDENT, incident, year, NUMBER, N_("Year"), .aitr = AITR_DATE),
    ROW(1, INCIDENT, incident, month, NUMBER, N_("Month"), .with = "incident.year", .aitr = AITR_DATE),
    ROW(2, INCIDENT, incident, day, NUMBER, N_("Day"), .with = "incident.month", .aitr = AITR_DATE),
    ROW(3, INCIDENT, incident, country, CODE, N_("Country"), .list = CODES_COUNTRY, .aitr = AITR_LOCATION),
    ROW(4, INCIDENT, incident, region, TEXT, N_("Region"), .aitr = AITR_LOCATION),
    ROW(5, INCIDENT, incident, place, PLACE, N_("Place"), .aitr = AITR_LOCATION),
    ROW(6, INCIDENT, incident, place_text, TEXT, N_("Place in words"), .aitr = AITR_LOCATION),
    ROW(7, INCIDENT, incident, latitude, DECIMAL, N_("Latitude"), .with = "incident.longitude"),
    ROW(8, INCIDENT, incident, longitude, DECIMAL, N_("Longitude"), .with = "incident.latitude"),
    ROW(9, INCIDENT, incident, coordinates_precision, CODE, N_("Precision of the coordinates"),
        .list = CODES_PRECISION, .with = "incident.latitude"),
    ROW(10, INCIDENT, incident, direction, CODE, N_("Direction of trade"), .list = CODES_DIRECTION),
    ROW(11, INCIDENT, incident, procedure, TEXT, N_("Customs procedure")),
    ROW(12, INCIDENT, incident, record, TEXT, N_("Record number"), .form = FORM_IDENTIFIER, .aitr = "Identification no."),
    ROW(13, INCIDENT, incident, other_contraband, TEXT, N_("Other contraband")),

    ROW(16, DETECTION, detection, agency, CODE, N_("Detecting agency"),
        .list = CODES_AGENCY, .aitr = "Detecting agency"),
    ROW(17, DETECTION, detection, method, CODE, N_("Method of detection"),
        .list = CODES_DETECTION, .aitr = "Method of detection"),
    ROW(18, DETECTION, detection, reason, CODE, N_("Reason for seizure"),
        .list = CODES_REASON, .aitr = "Reason for seizure"),
    ROW(19, DETECTION, detection, indicators, TEXT, N_("Risk indicators seen"), .repeats = true),
    ROW(20, DETECTION, detection, office, TEXT, N_("Detecting office")),

    ROW(24, CONCEALMENT, concealment, method, CODE, N_("Method of concealment"),
        .list = CODES_CONCEALMENT, .aitr = "Method of concealment"),
    ROW(25, CONCEALMENT, concealment, cover_load, TEXT, N_("Cover load")),
    ROW(26, CONCEALMENT, concealment, description, TEXT, N_("How it was concealed")),

    ROW(32, SPECIMENS, specimens, taxon, TAXON, N_("Species"), .aitr = "Species"),
    ROW(33, SPECIMENS, specimens, rank, CODE, N_("Rank"), .list = CODES_RANK, .with = "specimens.taxon"),
    ROW(34, SPECIMENS, specimens, common_name, TEXT, N_("Common name")),
    ROW(35, SPECIMENS, specimens, appendix, CODE, N_("CITES Appendix"), .list = CODES_APPENDIX),
    ROW(36, SPECIMENS, specimens, national_protection, TEXT, N_("National protection")),
    ROW(37, SPECIMENS, specimens, term, CODE, N_("Description of specimen"),
        .list = CODES_TERM, .aitr = "Description of specimen"),
    ROW(38, SPECIMENS, specimens, description, TEXT, N_("Description in words")),
    ROW(39, SPECIMENS, specimens, quantity, DECIMAL, N_("Quantity"), .aitr = "Quantity"),
    ROW(40, SPECIMENS, specimens, unit, CODE, N_("Unit"),
        .list = CODES_UNIT, .with = "specimens.quantity", .aitr = "Unit"),
    ROW(41, SPECIMENS, specimens, pieces, NUMBER, N_("Number of pieces")),
    ROW(42, SPECIMENS, specimens, weight_kg, DECIMAL, N_("Weight (kg)")),
    ROW(43, SPECIMENS, specimens, alive, FLAG, N_("Alive")),
    ROW(44, SPECIMENS, specimens, source_declared, CODE, N_("Source code declared"), .list = CODES_SOURCE),
    ROW(45, SPECIMENS, specimens, source_assessed, CODE, N_("Source code assessed"), .list = CODES_SOURCE),
    ROW(46, SPECIMENS, specimens, purpose_declared, CODE, N_("Purpose code declared"), .list = CODES_PURPOSE),
    ROW(47, SPECIMENS, specimens, purpose_assessed, CODE, N_("Purpose code assessed"), .list = CODES_PURPOSE),
    ROW(48, SPECIMENS, specimens, identification_method, TEXT, N_("Method of identification")),
    ROW(49, SPECIMENS, specimens, identification_confidence, CODE, N_("Confidence of identification"),
        .list = CODES_CONFIDENCE),
    ROW(50, SPECIMENS, specimens, hs_declared, TEXT, N_("HS code declared"), .form = FORM_IDENTIFIER),
    ROW(51, SPECIMENS, specimens, hs_actual, TEXT, N_("HS code actual"), .form = FORM_IDENTIFIER),
    ROW(52, SPECIMENS, specimens, description_declared, TEXT, N_("Goods as declared")),
    ROW(53, SPECIMENS, specimens, estimated_animals, NUMBER, N_("Estimated number of animals"),
        .with = "specimens.conversion_factor"),
    ROW(54, SPECIMENS, specimens, conversion_factor, DECIMAL, N_("Conversion factor (kg or items per animal)"),
        .with = "specimens.quantity"),
    ROW(55, SPECIMENS, specimens, conversion_basis, TEXT, N_("Basis of the conversion factor"),
        .with = "specimens.conversion_factor"),

    ROW(60, MARKS, specimens, marks, TEXT, N_("Marks"), .repeats = true),
    ROW(61, MARKS, specimens, tags, TEXT, N_("Tags and microchips"), .form = FORM_IDENTIFIER, .entity = ENTITY_MARK, .repeats = true),
    ROW(62, MARKS, specimens, stockpile_number, TEXT, N_("Stockpile number"), .form = FORM_IDENTIFIER, .entity = ENTITY_MARK),

    ROW(64, ROUTE, legs, role, CODE, N_("Role of the place"), .list = CODES_LEG_ROLE),
    ROW(65, ROUTE, legs, country, CODE, N_("Country"), .list = CODES_COUNTRY, .aitr = AITR_ROUTE),
    ROW(66, ROUTE, legs, region, TEXT, N_("Region")),
    ROW(67, ROUTE, legs, place, PLACE, N_("Place")),
    ROW(68, ROUTE, legs, place_text, TEXT, N_("Place in words")),
    ROW(69, ROUTE, legs, departed, DATE, N_("Departed")),
    ROW(70, ROUTE, legs, arrived, DATE, N_("Arrived")),
    ROW(71, ROUTE, legs, mode, CODE, N_("Mode of transport"), .list = CODES_TRANSPORT, .aitr = "Mode of transport"),
    ROW(72, ROUTE, legs, courier, FLAG, N_("Express courier")),

    ROW(80, CONVEYANCE, legs, carrier, TEXT, N_("Carrier"), .form = FORM_NAME),
    ROW(81, CONVEYANCE, legs, vessel, TEXT, N_("Vessel"), .form = FORM_NAME),
    ROW(82, CONVEYANCE, legs, imo, TEXT, N_("IMO number"), .form = FORM_SHIP, .entity = ENTITY_SHIP),
    ROW(83, CONVEYANCE, legs, voyage, TEXT, N_("Voyage"), .form = FORM_IDENTIFIER),
    ROW(84, CONVEYANCE, legs, flight, TEXT, N_("Flight"), .form = FORM_IDENTIFIER),
    ROW(85, CONVEYANCE, legs, vehicle, TEXT, N_("Vehicle registration"), .form = FORM_IDENTIFIER, .entity = ENTITY_VEHICLE),
    ROW(86, CONVEYANCE, legs, container, TEXT, N_("Container number"), .form = FORM_IDENTIFIER, .entity = ENTITY_CONTAINER, .repeats = true),
    ROW(87, CONVEYANCE, legs, seal, TEXT, N_("Seal number"), .form = FORM_IDENTIFIER, .entity = ENTITY_SEAL, .repeats = true),
    ROW(88, CONVEYANCE, legs, air_waybill, TEXT, N_("Air waybill"), .form = FORM_IDENTIFIER, .entity = ENTITY_CONSIGNMENT),
    ROW(89, CONVEYANCE, legs, bill_of_lading, TEXT, N_("Bill of lading"), .form = FORM_IDENTIFIER, .entity = ENTITY_CONSIGNMENT),
    ROW(90, CONVEYANCE, legs, parcel, TEXT, N_("Parcel tracking number"), .form = FORM_IDENTIFIER, .entity = ENTITY_CONSIGNMENT),

    ROW(96, NARRATIVE, narrative, title, TEXT, N_("Title")),
    ROW(97, NARRATIVE, narrative, releasable, TEXT, N_("Facts"), .aitr = "Additional information"),
    ROW(98, NARRATIVE, narrative, assessment, TEXT, N_("Assessment")),
    ROW(100, TEARLINE, narrative, below_tear_line, TEXT, N_("Below the tear line")),

    ROW(104, DOCUMENTS, documents, type, CODE, N_("Type of document"), .list = CODES_DOCUMENT_TYPE),
    ROW(105, DOCUMENTS, documents, number, TEXT, N_("Document number"), .form = FORM_IDENTIFIER, .entity = ENTITY_PERMIT),
    ROW(106, DOCUMENTS, documents, country, CODE, N_("Issuing country"), .list = CODES_COUNTRY),
    ROW(107, DOCUMENTS, documents, status, CODE, N_("Status of the document"), .list = CODES_DOCUMENT_STATUS),
    ROW(108, DOCUMENTS, documents, issuer, TEXT, N_("Issuing authority")),
    ROW(109, DOCUMENTS, documents, issued, DATE, N_("Date of issue")),
    ROW(110, DOCUMENTS, documents, expires, DATE, N_("Valid until")),
    ROW(111, DOCUMENTS, documents, remarks, TEXT, N_("Remarks")),

    ROW(120, PERSONS, persons, role, CODE, N_("Role of the person"), .list = CODES_PERSON_ROLE),
    ROW(121, PERSONS, persons, surname, TEXT, N_("Surname"), .form = FORM_NAME, .entity = ENTITY_PERSON),
    ROW(122, PERSONS, persons, forenames, TEXT, N_("Forenames"), .form = FORM_NAME, .entity = ENTITY_PERSON),
    ROW(123, PERSONS, persons, aliases, TEXT, N_("Aliases"), .form = FORM_NAME, .entity = ENTITY_PERSON, .repeats = true),
    ROW(124, PERSONS, persons, sex, CODE, N_("Sex"), .list = CODES_SEX),
    ROW(125, PERSONS, persons, birth_date, DATE, N_("Date of birth")),
    ROW(126, PERSONS, persons, birth_place, TEXT, N_("Place of birth")),
    ROW(127, PERSONS, persons, nationality, CODE, N_("Nationality"),
        .list = CODES_COUNTRY, .repeats = true, .aitr = "Nationality of offenders"),
    ROW(128, PERSONS, persons, document_type, TEXT, N_("Identity document")),
    ROW(129, PERSONS, persons, document_number, TEXT, N_("Number of the identity document"), .form = FORM_IDENTIFIER, .entity = ENTITY_IDENTITY),
    ROW(130, PERSONS, persons, document_country, CODE, N_("Issuing country of the identity document"),
        .list = CODES_COUNTRY),
    ROW(131, PERSONS, persons, address, TEXT, N_("Address")),
    ROW(132, PERSONS, persons, phone, TEXT, N_("Telephone"), .form = FORM_PHONE, .entity = ENTITY_PHONE, .repeats = true),
    ROW(133, PERSONS, persons, email, TEXT, N_("E-mail"), .form = FORM_IDENTIFIER, .entity = ENTITY_EMAIL, .repeats = true),
    ROW(134, PERSONS, persons, occupation, TEXT, N_("Occupation")),
    ROW(135, PERSONS, persons, remarks, TEXT, N_("Remarks")),

    ROW(144, COMPANIES, companies, role, CODE, N_("Role of the company"), .list = CODES_COMPANY_ROLE),
    ROW(145, COMPANIES, companies, name, TEXT, N_("Company name"), .form = FORM_NAME, .entity = ENTITY_COMPANY),
    ROW(146, COMPANIES, companies, registration, TEXT, N_("Registration number"), .form = FORM_IDENTIFIER, .entity = ENTITY_REGISTRATION),
    ROW(147, COMPANIES, companies, country, CODE, N_("Country"), .list = CODES_COUNTRY),
    ROW(148, COMPANIES, companies, address, TEXT, N_("Address")),
    ROW(149, COMPANIES, companies, phone, TEXT, N_("Telephone"), .form = FORM_PHONE, .entity = ENTITY_PHONE, .repeats = true),
    ROW(150, COMPANIES, companies, email, TEXT, N_("E-mail"), .form = FORM_IDENTIFIER, .entity = ENTITY_EMAIL, .repeats = true),
    ROW(151, COMPANIES, companies, contact, TEXT, N_("Contact")),
    ROW(152, COMPANIES, companies, aeo_number, TEXT, N_("AEO number"), .form = FORM_IDENTIFIER, .entity = ENTITY_REGISTRATION),

    ROW(160, EVALUATION, evaluation, graded_by, TEXT, N_("Graded by")),
    ROW(161, EVALUATION, evaluation, graded_at, TIME, N_("Graded at")),
    ROW(162, EVALUATION, evaluation, comment, TEXT, N_("Comment on the grades")),
    ROW(163, EVALUATION, evaluation, completeness, NUMBER, N_("Completeness (percent)")),

    ROW(168, SOURCE, source, kind, CODE, N_("Kind of source"), .list = CODES_SOURCE_KIND),
    ROW(169, SOURCE, source, reference, TEXT, N_("Source reference"), .form = FORM_IDENTIFIER),
    ROW(170, SOURCE, source, sensitive, FLAG, N_("Sensitive source")),

    ROW(172, EVIDENCE, exhibits, number, TEXT, N_("Exhibit number"), .form = FORM_IDENTIFIER),
    ROW(173, EVIDENCE, exhibits, kind, CODE, N_("Kind of exhibit"), .list = CODES_EXHIBIT_KIND),
    ROW(174, EVIDENCE, exhibits, description, TEXT, N_("Description of the exhibit")),
    ROW(175, EVIDENCE, exhibits, seal, TEXT, N_("Evidence seal"), .form = FORM_IDENTIFIER, .entity = ENTITY_SEAL),
    ROW(176, EVIDENCE, exhibits, collected, TIME, N_("Collected at")),
    ROW(177, EVIDENCE, exhibits, stored_at, TEXT, N_("Stored at")),
    ROW(178, EVIDENCE, exhibits, file_name, TEXT, N_("File name")),
    ROW(179, EVIDENCE, exhibits, sha256, TEXT, N_("SHA-256 of the file"), .form = FORM_IDENTIFIER, .entity = ENTITY_FILE),
    ROW(180, EVIDENCE, exhibits, attachment, BLOB, N_("Attachment")),
    ROW(181, EVIDENCE, exhibits, media_type, TEXT, N_("Type of the file")),
    ROW(182, EVIDENCE, exhibits, size, NUMBER, N_("Size of the file (bytes)")),

    ROW(184, CUSTODY, custody, exhibit, TEXT, N_("Exhibit"), .form = FORM_IDENTIFIER),
    ROW(185, CUSTODY, custody, action, CODE, N_("Action"), .list = CODES_CUSTODY_ACTION, .with = "custody.exhibit"),
    ROW(186, CUSTODY, custody, time, TIME, N_("Time"), .with = "custody.exhibit"),
    ROW(187, CUSTODY, custody, from, TEXT, N_("From"), .with = "custody.exhibit"),
    ROW(188, CUSTODY, custody, to, TEXT, N_("To"), .with = "custody.exhibit"),
    ROW(189, CUSTODY, custody, place, TEXT, N_("Place"), .with = "custody.exhibit"),
    ROW(190, CUSTODY, custody, seal, TEXT, N_("Seal"), .form = FORM_IDENTIFIER, .entity = ENTITY_SEAL, .with = "custody.exhibit"),

    ROW(192, LABORATORY, laboratory, name, TEXT, N_("Laboratory")),
    ROW(193, LABORATORY, laboratory, country, CODE, N_("Country"), .list = CODES_COUNTRY),
    ROW(194, LABORATORY, laboratory, reference, TEXT, N_("Laboratory reference"), .form = FORM_IDENTIFIER),
    ROW(195, LABORATORY, laboratory, exhibit, TEXT, N_("Exhibit"), .form = FORM_IDENTIFIER),
    ROW(196, LABORATORY, laboratory, sample, TEXT, N_("Sample"), .form = FORM_IDENTIFIER),
    ROW(197, LABORATORY, laboratory, method, TEXT, N_("Method")),
    ROW(198, LABORATORY, laboratory, reported, DATE, N_("Date of the report")),
    ROW(199, LABORATORY, laboratory, result, TEXT, N_("Result")),
    ROW(200, LABORATORY, laboratory, taxon, TAXON, N_("Species identified")),
    ROW(201, LABORATORY, laboratory, origin, CODE, N_("Origin assigned"), .list = CODES_COUNTRY),
    ROW(202, LABORATORY, laboratory, confidence, CODE, N_("Confidence of the result"), .list = CODES_CONFIDENCE),

    ROW(208, LEGAL, specimens, disposal, CODE, N_("Disposal"),
        .list = CODES_DISPOSAL, .aitr = "Disposal of confiscated specimens"),
    ROW(209, LEGAL, legal, law, TEXT, N_("Law"), .repeats = true, .aitr = "Law under which charges were brought"),
    ROW(210, LEGAL, legal, charges, TEXT, N_("Charges"), .repeats = true),
    ROW(211, LEGAL, legal, arrests, NUMBER, N_("Number of arrests")),
    ROW(212, LEGAL, legal, case_number, TEXT, N_("Case number"), .form = FORM_IDENTIFIER),
    ROW(213, LEGAL, legal, prosecutor_reference, TEXT, N_("Prosecutor's reference"), .form = FORM_IDENTIFIER),
    ROW(214, LEGAL, legal, court, TEXT, N_("Court")),
    ROW(215, LEGAL, legal, judgment_date, DATE, N_("Date of judgment")),
    ROW(216, LEGAL, legal, sanction, TEXT, N_("Sanction"), .aitr = "Sanction"),
    ROW(217, LEGAL, legal, fine_amount, DECIMAL, N_("Fine"), .with = "legal.fine_currency"),
    ROW(218, LEGAL, legal, fine_currency, CODE, N_("Currency of the fine"),
        .list = CODES_CURRENCY, .with = "legal.fine_amount"),
    ROW(219, LEGAL, legal, imprisonment_months, NUMBER, N_("Imprisonment (months)")),

    ROW(224, VALUE, incident, value_amount, DECIMAL, N_("Estimated value"),
        .with = "incident.value_currency", .aitr = AITR_VALUE),
    ROW(225, VALUE, incident, value_currency, CODE, N_("Currency of the value"),
        .list = CODES_CURRENCY, .with = "incident.value_amount", .aitr = AITR_VALUE),
    ROW(226, VALUE, incident, value_basis, TEXT, N_("How the value was estimated"), .with = "incident.value_amount"),

    ROW(232, OPERATIONAL, operational, controlled_delivery, FLAG, N_("Controlled delivery")),
    ROW(233, OPERATIONAL, operational, plan, TEXT, N_("Plan")),
    ROW(234, OPERATIONAL, operational, lead_agency, CODE, N_("Lead agency"), .list = CODES_AGENCY),
    ROW(235, OPERATIONAL, operational, lead_country, CODE, N_("Lead country"), .list = CODES_COUNTRY),
    ROW(236, OPERATIONAL, operational, authorisation, TEXT, N_("Judicial authorisation")),
    ROW(237, OPERATIONAL, operational, substitution, TEXT, N_("Substitution of the goods")),
    ROW(238, OPERATIONAL, operational, surveillance, TEXT, N_("Surveillance")),
    ROW(239, OPERATIONAL, operational, undercover, TEXT, N_("Undercover work")),
    ROW(240, OPERATIONAL, operational, next_action, TEXT, N_("Next action")),
    ROW(241, OPERATIONAL, operational, embargo_until, TIME, N_("Embargo until")),
    ROW(242, OPERATIONAL, operational, transit_hours_max, NUMBER, N_("Longest transit of live animals (hours)")),

    ROW(248, REQUESTS, requests, type, CODE, N_("Type of request"), .list = CODES_REQUEST_TYPE),
    ROW(249, REQUESTS, requests, question, TEXT, N_("Question")),
    ROW(250, REQUESTS, requests, addressee, TEXT, N_("Addressee")),
    ROW(251, REQUESTS, requests, deadline, DATE, N_("Answer wanted by")),
    ROW(252, REQUESTS, requests, answer, TEXT, N_("Answer")),
};
/* clang-format on */

static const struct {
    const char *name;
    const char *label;
} entities[ENTITY_COUNT] = {
    [ENTITY_NONE] = {"none", N_("Nothing")},
    [ENTITY_PERSON] = {"person", N_("Person")},
    [ENTITY_COMPANY] = {"company", N_("Company")},
    [ENTITY_IDENTITY] = {"identity", N_("Identity document")},
    [ENTITY_PHONE] = {"phone", N_("Telephone")},
    [ENTITY_EMAIL] = {"email", N_("E-mail")},
    [ENTITY_REGISTRATION] = {"registration", N_("Company number")},
    [ENTITY_VEHICLE] = {"vehicle", N_("Vehicle")},
    [ENTITY_SHIP] = {"ship", N_("Ship")},
    [ENTITY_CONTAINER] = {"container", N_("Container")},
    [ENTITY_SEAL] = {"seal", N_("Seal")},
    [ENTITY_CONSIGNMENT] = {"consignment", N_("Consignment")},
    [ENTITY_PERMIT] = {"permit", N_("Permit")},
    [ENTITY_MARK] = {"mark", N_("Mark on a specimen")},
    [ENTITY_FILE] = {"file", N_("File")},
};

const char *field_entity_name(enum field_entity entity) {
    return entities[entity].name;
}

const char *field_entity_label(enum field_entity entity) {
    return entities[entity].label;
}

const struct field *field_at(size_t slot) {
    return slot < FIELD_SLOTS && table[slot].path ? &table[slot] : NULL;
}

const struct field *field_find(const char *path) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (table[slot].path && table[slot].path[0] == path[0] && strcmp(table[slot].path, path) == 0)
            return &table[slot];
    return NULL;
}

size_t field_count(void) {
    size_t count = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        count += table[slot].path != NULL;
    return count;
}

const char *field_class_name(enum field_class class) {
    return blocks[class].name;
}

bool field_class_find(enum field_class *out, const char *name) {
    for (size_t i = 0; i < CLASS_COUNT; i++)
        if (strcmp(blocks[i].name, name) == 0) {
            *out = (enum field_class)i;
            return true;
        }
    return false;
}

struct field_set field_set_of_class(enum field_class class) {
    struct field_set set = {{0}};
    for (size_t i = 0; i < blocks[class].count; i++)
        field_set_add(&set, (size_t)blocks[class].first + i);
    return set;
}
