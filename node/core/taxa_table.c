#include "core/taxa_table.h"

/* Names of the taxa most seen in trafficking, and of the families, orders and classes that they belong to. Sources: the
 * Checklist of CITES Species and Species+ (UNEP-WCMC and the CITES Secretariat); listings as they stand after the
 * nineteenth meeting of the Conference of the Parties (2022). Where the nomenclature of the checklist and common usage
 * differ, the other name is here as a synonym. An appendix such as "II/N" is of parts: some populations are not listed.
 */

/* clang-format off */
#define CLASS_ACTINOPTERI       "Actinopteri", "", ""
#define CLASS_AMPHIBIA          "Amphibia", "", ""
#define CLASS_ANTHOZOA          "Anthozoa", "", ""
#define CLASS_ARACHNIDA         "Arachnida", "", ""
#define CLASS_AVES              "Aves", "", ""
#define CLASS_BIVALVIA          "Bivalvia", "", ""
#define CLASS_CEPHALOPODA       "Cephalopoda", "", ""
#define CLASS_COELACANTHI       "Coelacanthi", "", ""
#define CLASS_ELASMOBRANCHII    "Elasmobranchii", "", ""
#define CLASS_GASTROPODA        "Gastropoda", "", ""
#define CLASS_HIRUDINOIDEA      "Hirudinoidea", "", ""
#define CLASS_HOLOTHUROIDEA     "Holothuroidea", "", ""
#define CLASS_HYDROZOA          "Hydrozoa", "", ""
#define CLASS_INSECTA           "Insecta", "", ""
#define CLASS_MAMMALIA          "Mammalia", "", ""
#define CLASS_REPTILIA          "Reptilia", "", ""
#define IN_ACCIPITRIDAE         "Aves", "Falconiformes", "Accipitridae"
#define IN_ACIPENSERIDAE        "Actinopteri", "Acipenseriformes", "Acipenseridae"
#define IN_ACROPORIDAE          "Anthozoa", "Scleractinia", "Acroporidae"
#define IN_AGAMIDAE             "Reptilia", "Sauria", "Agamidae"
#define IN_ALLIGATORIDAE        "Reptilia", "Crocodylia", "Alligatoridae"
#define IN_ALOPIIDAE            "Elasmobranchii", "Lamniformes", "Alopiidae"
#define IN_AMARYLLIDACEAE       "", "Liliales", "Amaryllidaceae"
#define IN_AMBYSTOMATIDAE       "Amphibia", "Caudata", "Ambystomatidae"
#define IN_ANGUILLIDAE          "Actinopteri", "Anguilliformes", "Anguillidae"
#define IN_ANTIPATHIDAE         "Anthozoa", "Antipatharia", "Antipathidae"
#define IN_APOCYNACEAE          "", "Gentianales", "Apocynaceae"
#define IN_ARALIACEAE           "", "Apiales", "Araliaceae"
#define IN_ARAPAIMIDAE          "Actinopteri", "Osteoglossiformes", "Arapaimidae"
#define IN_ARAUCARIACEAE        "", "Pinales", "Araucariaceae"
#define IN_ATELIDAE             "Mammalia", "Primates", "Atelidae"
#define IN_BALAENICIPITIDAE     "Aves", "Ciconiiformes", "Balaenicipitidae"
#define IN_BIGNONIACEAE         "", "Scrophulariales", "Bignoniaceae"
#define IN_BOIDAE               "Reptilia", "Serpentes", "Boidae"
#define IN_BOVIDAE              "Mammalia", "Artiodactyla", "Bovidae"
#define IN_BRADYPODIDAE         "Mammalia", "Pilosa", "Bradypodidae"
#define IN_BUCEROTIDAE          "Aves", "Coraciiformes", "Bucerotidae"
#define IN_BUFONIDAE            "Amphibia", "Anura", "Bufonidae"
#define IN_CACATUIDAE           "Aves", "Psittaciformes", "Cacatuidae"
#define IN_CACTACEAE            "", "Caryophyllales", "Cactaceae"
#define IN_CAMELIDAE            "Mammalia", "Artiodactyla", "Camelidae"
#define IN_CANIDAE              "Mammalia", "Carnivora", "Canidae"
#define IN_CARCHARHINIDAE       "Elasmobranchii", "Carcharhiniformes", "Carcharhinidae"
#define IN_CARYOPHYLLIIDAE      "Anthozoa", "Scleractinia", "Caryophylliidae"
#define IN_CEBIDAE              "Mammalia", "Primates", "Cebidae"
#define IN_CENTROLENIDAE        "Amphibia", "Anura", "Centrolenidae"
#define IN_CERCOPITHECIDAE      "Mammalia", "Primates", "Cercopithecidae"
#define IN_CERVIDAE             "Mammalia", "Artiodactyla", "Cervidae"
#define IN_CETORHINIDAE         "Elasmobranchii", "Lamniformes", "Cetorhinidae"
#define IN_CHAMAELEONIDAE       "Reptilia", "Sauria", "Chamaeleonidae"
#define IN_CHELONIIDAE          "Reptilia", "Testudines", "Cheloniidae"
#define IN_CHELYDRIDAE          "Reptilia", "Testudines", "Chelydridae"
#define IN_COLUBRIDAE           "Reptilia", "Serpentes", "Colubridae"
#define IN_COMPOSITAE           "", "Asterales", "Compositae"
#define IN_CONRAUIDAE           "Amphibia", "Anura", "Conrauidae"
#define IN_CORALLIIDAE          "Anthozoa", "Gorgonacea", "Coralliidae"
#define IN_CORDYLIDAE           "Reptilia", "Sauria", "Cordylidae"
#define IN_CROCODYLIDAE         "Reptilia", "Crocodylia", "Crocodylidae"
#define IN_CRYPTOBRANCHIDAE     "Amphibia", "Caudata", "Cryptobranchidae"
#define IN_CUPRESSACEAE         "", "Pinales", "Cupressaceae"
#define IN_CYCADACEAE           "", "Cycadales", "Cycadaceae"
#define IN_DENDROBATIDAE        "Amphibia", "Anura", "Dendrobatidae"
#define IN_DERMOCHELYIDAE       "Reptilia", "Testudines", "Dermochelyidae"
#define IN_DICKSONIACEAE        "", "Dicksoniales", "Dicksoniaceae"
#define IN_DICROGLOSSIDAE       "Amphibia", "Anura", "Dicroglossidae"
#define IN_DIOSCOREACEAE        "", "Liliales", "Dioscoreaceae"
#define IN_DROSERACEAE          "", "Nepenthales", "Droseraceae"
#define IN_DUGONGIDAE           "Mammalia", "Sirenia", "Dugongidae"
#define IN_EBENACEAE            "", "Ebenales", "Ebenaceae"
#define IN_ELAPIDAE             "Reptilia", "Serpentes", "Elapidae"
#define IN_ELEPHANTIDAE         "Mammalia", "Proboscidea", "Elephantidae"
#define IN_EMYDIDAE             "Reptilia", "Testudines", "Emydidae"
#define IN_EQUIDAE              "Mammalia", "Perissodactyla", "Equidae"
#define IN_ESTRILDIDAE          "Aves", "Passeriformes", "Estrildidae"
#define IN_EUPHORBIACEAE        "", "Euphorbiales", "Euphorbiaceae"
#define IN_FALCONIDAE           "Aves", "Falconiformes", "Falconidae"
#define IN_FELIDAE              "Mammalia", "Carnivora", "Felidae"
#define IN_FRINGILLIDAE         "Aves", "Passeriformes", "Fringillidae"
#define IN_GALAGIDAE            "Mammalia", "Primates", "Galagidae"
#define IN_GAVIALIDAE           "Reptilia", "Crocodylia", "Gavialidae"
#define IN_GEKKONIDAE           "Reptilia", "Sauria", "Gekkonidae"
#define IN_GEOEMYDIDAE          "Reptilia", "Testudines", "Geoemydidae"
#define IN_GIRAFFIDAE           "Mammalia", "Artiodactyla", "Giraffidae"
#define IN_GLAUCOSTEGIDAE       "Elasmobranchii", "Rhinopristiformes", "Glaucostegidae"
#define IN_GRUIDAE              "Aves", "Gruiformes", "Gruidae"
#define IN_HALIOTIDAE           "Gastropoda", "Archaeogastropoda", "Haliotidae"
#define IN_HELIOPORIDAE         "Anthozoa", "Helioporacea", "Helioporidae"
#define IN_HIPPOPOTAMIDAE       "Mammalia", "Artiodactyla", "Hippopotamidae"
#define IN_HIRUDINIDAE          "Hirudinoidea", "Arhynchobdellida", "Hirudinidae"
#define IN_HOLOTHURIIDAE        "Holothuroidea", "Aspidochirotida", "Holothuriidae"
#define IN_HOMINIDAE            "Mammalia", "Primates", "Hominidae"
#define IN_HYLIDAE              "Amphibia", "Anura", "Hylidae"
#define IN_HYLOBATIDAE          "Mammalia", "Primates", "Hylobatidae"
#define IN_IGUANIDAE            "Reptilia", "Sauria", "Iguanidae"
#define IN_INDRIIDAE            "Mammalia", "Primates", "Indriidae"
#define IN_LABRIDAE             "Actinopteri", "Perciformes", "Labridae"
#define IN_LAMNIDAE             "Elasmobranchii", "Lamniformes", "Lamnidae"
#define IN_LANTHANOTIDAE        "Reptilia", "Sauria", "Lanthanotidae"
#define IN_LATIMERIIDAE         "Coelacanthi", "Coelacanthiformes", "Latimeriidae"
#define IN_LEGUMINOSAE          "", "Fabales", "Leguminosae"
#define IN_LEMURIDAE            "Mammalia", "Primates", "Lemuridae"
#define IN_LILIACEAE            "", "Liliales", "Liliaceae"
#define IN_LORIIDAE             "Aves", "Psittaciformes", "Loriidae"
#define IN_LORISIDAE            "Mammalia", "Primates", "Lorisidae"
#define IN_MALVACEAE            "", "Malvales", "Malvaceae"
#define IN_MANIDAE              "Mammalia", "Pholidota", "Manidae"
#define IN_MANTELLIDAE          "Amphibia", "Anura", "Mantellidae"
#define IN_MELIACEAE            "", "Sapindales", "Meliaceae"
#define IN_MICROHYLIDAE         "Amphibia", "Anura", "Microhylidae"
#define IN_MILLEPORIDAE         "Hydrozoa", "Milleporina", "Milleporidae"
#define IN_MOBULIDAE            "Elasmobranchii", "Myliobatiformes", "Mobulidae"
#define IN_MONODONTIDAE         "Mammalia", "Cetacea", "Monodontidae"
#define IN_MOSCHIDAE            "Mammalia", "Artiodactyla", "Moschidae"
#define IN_MUSCICAPIDAE         "Aves", "Passeriformes", "Muscicapidae"
#define IN_MUSOPHAGIDAE         "Aves", "Cuculiformes", "Musophagidae"
#define IN_MUSTELIDAE           "Mammalia", "Carnivora", "Mustelidae"
#define IN_NAUTILIDAE           "Cephalopoda", "Nautilida", "Nautilidae"
#define IN_NEPENTHACEAE         "", "Nepenthales", "Nepenthaceae"
#define IN_ODOBENIDAE           "Mammalia", "Carnivora", "Odobenidae"
#define IN_ORCHIDACEAE          "", "Orchidales", "Orchidaceae"
#define IN_OROBANCHACEAE        "", "Scrophulariales", "Orobanchaceae"
#define IN_OSTEOGLOSSIDAE       "Actinopteri", "Osteoglossiformes", "Osteoglossidae"
#define IN_OTIDIDAE             "Aves", "Gruiformes", "Otididae"
#define IN_PALMAE               "", "Arecales", "Palmae"
#define IN_PAPILIONIDAE         "Insecta", "Lepidoptera", "Papilionidae"
#define IN_PARADISAEIDAE        "Aves", "Passeriformes", "Paradisaeidae"
#define IN_PHASIANIDAE          "Aves", "Galliformes", "Phasianidae"
#define IN_PHOENICOPTERIDAE     "Aves", "Ciconiiformes", "Phoenicopteridae"
#define IN_PHYSETERIDAE         "Mammalia", "Cetacea", "Physeteridae"
#define IN_PODOCNEMIDIDAE       "Reptilia", "Testudines", "Podocnemididae"
#define IN_POLYODONTIDAE        "Actinopteri", "Acipenseriformes", "Polyodontidae"
#define IN_POMACANTHIDAE        "Actinopteri", "Perciformes", "Pomacanthidae"
#define IN_PORITIDAE            "Anthozoa", "Scleractinia", "Poritidae"
#define IN_POTAMOTRYGONIDAE     "Elasmobranchii", "Myliobatiformes", "Potamotrygonidae"
#define IN_PRISTIDAE            "Elasmobranchii", "Pristiformes", "Pristidae"
#define IN_PSITTACIDAE          "Aves", "Psittaciformes", "Psittacidae"
#define IN_PTEROPODIDAE         "Mammalia", "Chiroptera", "Pteropodidae"
#define IN_PYCNONOTIDAE         "Aves", "Passeriformes", "Pycnonotidae"
#define IN_PYTHONIDAE           "Reptilia", "Serpentes", "Pythonidae"
#define IN_RAMPHASTIDAE         "Aves", "Piciformes", "Ramphastidae"
#define IN_RANIDAE              "Amphibia", "Anura", "Ranidae"
#define IN_RHINCODONTIDAE       "Elasmobranchii", "Orectolobiformes", "Rhincodontidae"
#define IN_RHINIDAE             "Elasmobranchii", "Rhinopristiformes", "Rhinidae"
#define IN_RHINOCEROTIDAE       "Mammalia", "Perissodactyla", "Rhinocerotidae"
#define IN_ROSACEAE             "", "Rosales", "Rosaceae"
#define IN_SAGITTARIIDAE        "Aves", "Falconiformes", "Sagittariidae"
#define IN_SALAMANDRIDAE        "Amphibia", "Caudata", "Salamandridae"
#define IN_SANTALACEAE          "", "Santalales", "Santalaceae"
#define IN_SCIAENIDAE           "Actinopteri", "Perciformes", "Sciaenidae"
#define IN_SCORPIONIDAE         "Arachnida", "Scorpiones", "Scorpionidae"
#define IN_SHINISAURIDAE        "Reptilia", "Sauria", "Shinisauridae"
#define IN_SPHYRNIDAE           "Elasmobranchii", "Carcharhiniformes", "Sphyrnidae"
#define IN_STANGERIACEAE        "", "Cycadales", "Stangeriaceae"
#define IN_STICHOPODIDAE        "Holothuroidea", "Aspidochirotida", "Stichopodidae"
#define IN_STRIGIDAE            "Aves", "Strigiformes", "Strigidae"
#define IN_STROMBIDAE           "Gastropoda", "Mesogastropoda", "Strombidae"
#define IN_STRUTHIONIDAE        "Aves", "Struthioniformes", "Struthionidae"
#define IN_STURNIDAE            "Aves", "Passeriformes", "Sturnidae"
#define IN_SYNGNATHIDAE         "Actinopteri", "Syngnathiformes", "Syngnathidae"
#define IN_TAXACEAE             "", "Pinales", "Taxaceae"
#define IN_TELMATOBIIDAE        "Amphibia", "Anura", "Telmatobiidae"
#define IN_TESTUDINIDAE         "Reptilia", "Testudines", "Testudinidae"
#define IN_THERAPHOSIDAE        "Arachnida", "Araneae", "Theraphosidae"
#define IN_THYMELAEACEAE        "", "Myrtales", "Thymelaeaceae"
#define IN_TRICHECHIDAE         "Mammalia", "Sirenia", "Trichechidae"
#define IN_TRIDACNIDAE          "Bivalvia", "Venerida", "Tridacnidae"
#define IN_TRIONYCHIDAE         "Reptilia", "Testudines", "Trionychidae"
#define IN_TROCHILIDAE          "Aves", "Apodiformes", "Trochilidae"
#define IN_TUBIPORIDAE          "Anthozoa", "Stolonifera", "Tubiporidae"
#define IN_TYTONIDAE            "Aves", "Strigiformes", "Tytonidae"
#define IN_URSIDAE              "Mammalia", "Carnivora", "Ursidae"
#define IN_VALERIANACEAE        "", "Dipsacales", "Valerianaceae"
#define IN_VARANIDAE            "Reptilia", "Sauria", "Varanidae"
#define IN_VIPERIDAE            "Reptilia", "Serpentes", "Viperidae"
#define IN_VIVERRIDAE           "Mammalia", "Carnivora", "Viverridae"
#define IN_WELWITSCHIACEAE      "", "Pinales", "Welwitschiaceae"
#define IN_ZAMIACEAE            "", "Cycadales", "Zamiaceae"
#define IN_ZYGOPHYLLACEAE       "", "Sapindales", "Zygophyllaceae"
#define ORDER_ACIPENSERIFORMES  "Actinopteri", "Acipenseriformes", ""
#define ORDER_ANGUILLIFORMES    "Actinopteri", "Anguilliformes", ""
#define ORDER_ANTIPATHARIA      "Anthozoa", "Antipatharia", ""
#define ORDER_ANURA             "Amphibia", "Anura", ""
#define ORDER_APIALES           "", "Apiales", ""
#define ORDER_APODIFORMES       "Aves", "Apodiformes", ""
#define ORDER_ARANEAE           "Arachnida", "Araneae", ""
#define ORDER_ARCHAEOGASTROPODA "Gastropoda", "Archaeogastropoda", ""
#define ORDER_ARECALES          "", "Arecales", ""
#define ORDER_ARHYNCHOBDELLIDA  "Hirudinoidea", "Arhynchobdellida", ""
#define ORDER_ARTIODACTYLA      "Mammalia", "Artiodactyla", ""
#define ORDER_ASPIDOCHIROTIDA   "Holothuroidea", "Aspidochirotida", ""
#define ORDER_ASTERALES         "", "Asterales", ""
#define ORDER_CARCHARHINIFORMES "Elasmobranchii", "Carcharhiniformes", ""
#define ORDER_CARNIVORA         "Mammalia", "Carnivora", ""
#define ORDER_CARYOPHYLLALES    "", "Caryophyllales", ""
#define ORDER_CAUDATA           "Amphibia", "Caudata", ""
#define ORDER_CETACEA           "Mammalia", "Cetacea", ""
#define ORDER_CHIROPTERA        "Mammalia", "Chiroptera", ""
#define ORDER_CICONIIFORMES     "Aves", "Ciconiiformes", ""
#define ORDER_COELACANTHIFORMES "Coelacanthi", "Coelacanthiformes", ""
#define ORDER_CORACIIFORMES     "Aves", "Coraciiformes", ""
#define ORDER_CROCODYLIA        "Reptilia", "Crocodylia", ""
#define ORDER_CUCULIFORMES      "Aves", "Cuculiformes", ""
#define ORDER_CYCADALES         "", "Cycadales", ""
#define ORDER_DICKSONIALES      "", "Dicksoniales", ""
#define ORDER_DIPSACALES        "", "Dipsacales", ""
#define ORDER_EBENALES          "", "Ebenales", ""
#define ORDER_EUPHORBIALES      "", "Euphorbiales", ""
#define ORDER_FABALES           "", "Fabales", ""
#define ORDER_FALCONIFORMES     "Aves", "Falconiformes", ""
#define ORDER_GALLIFORMES       "Aves", "Galliformes", ""
#define ORDER_GENTIANALES       "", "Gentianales", ""
#define ORDER_GORGONACEA        "Anthozoa", "Gorgonacea", ""
#define ORDER_GRUIFORMES        "Aves", "Gruiformes", ""
#define ORDER_HELIOPORACEA      "Anthozoa", "Helioporacea", ""
#define ORDER_LAMNIFORMES       "Elasmobranchii", "Lamniformes", ""
#define ORDER_LEPIDOPTERA       "Insecta", "Lepidoptera", ""
#define ORDER_LILIALES          "", "Liliales", ""
#define ORDER_MALVALES          "", "Malvales", ""
#define ORDER_MESOGASTROPODA    "Gastropoda", "Mesogastropoda", ""
#define ORDER_MILLEPORINA       "Hydrozoa", "Milleporina", ""
#define ORDER_MYLIOBATIFORMES   "Elasmobranchii", "Myliobatiformes", ""
#define ORDER_MYRTALES          "", "Myrtales", ""
#define ORDER_NAUTILIDA         "Cephalopoda", "Nautilida", ""
#define ORDER_NEPENTHALES       "", "Nepenthales", ""
#define ORDER_ORCHIDALES        "", "Orchidales", ""
#define ORDER_ORECTOLOBIFORMES  "Elasmobranchii", "Orectolobiformes", ""
#define ORDER_OSTEOGLOSSIFORMES "Actinopteri", "Osteoglossiformes", ""
#define ORDER_PASSERIFORMES     "Aves", "Passeriformes", ""
#define ORDER_PERCIFORMES       "Actinopteri", "Perciformes", ""
#define ORDER_PERISSODACTYLA    "Mammalia", "Perissodactyla", ""
#define ORDER_PHOLIDOTA         "Mammalia", "Pholidota", ""
#define ORDER_PICIFORMES        "Aves", "Piciformes", ""
#define ORDER_PILOSA            "Mammalia", "Pilosa", ""
#define ORDER_PINALES           "", "Pinales", ""
#define ORDER_PRIMATES          "Mammalia", "Primates", ""
#define ORDER_PRISTIFORMES      "Elasmobranchii", "Pristiformes", ""
#define ORDER_PROBOSCIDEA       "Mammalia", "Proboscidea", ""
#define ORDER_PSITTACIFORMES    "Aves", "Psittaciformes", ""
#define ORDER_RHINOPRISTIFORMES "Elasmobranchii", "Rhinopristiformes", ""
#define ORDER_ROSALES           "", "Rosales", ""
#define ORDER_SANTALALES        "", "Santalales", ""
#define ORDER_SAPINDALES        "", "Sapindales", ""
#define ORDER_SAURIA            "Reptilia", "Sauria", ""
#define ORDER_SCLERACTINIA      "Anthozoa", "Scleractinia", ""
#define ORDER_SCORPIONES        "Arachnida", "Scorpiones", ""
#define ORDER_SCROPHULARIALES   "", "Scrophulariales", ""
#define ORDER_SERPENTES         "Reptilia", "Serpentes", ""
#define ORDER_SIRENIA           "Mammalia", "Sirenia", ""
#define ORDER_STOLONIFERA       "Anthozoa", "Stolonifera", ""
#define ORDER_STRIGIFORMES      "Aves", "Strigiformes", ""
#define ORDER_STRUTHIONIFORMES  "Aves", "Struthioniformes", ""
#define ORDER_SYNGNATHIFORMES   "Actinopteri", "Syngnathiformes", ""
#define ORDER_TESTUDINES        "Reptilia", "Testudines", ""
#define ORDER_VENERIDA          "Bivalvia", "Venerida", ""

const struct taxon taxa_table[] = {
    {"Accipitridae",               "FAMILY",  IN_ACCIPITRIDAE,         "",       "Eagles, hawks and vultures",                   "Aigles, buses et vautours",           NULL},
    {"Acinonyx jubatus",           "SPECIES", IN_FELIDAE,              "I",      "Cheetah",                                      "Guépard",                             NULL},
    {"Acipenser",                  "GENUS",   IN_ACIPENSERIDAE,        "I/II",   "Sturgeons",                                    "Esturgeons",                          NULL},
    {"Acipenser baerii",           "SPECIES", IN_ACIPENSERIDAE,        "II",     "Siberian sturgeon",                            "Esturgeon de Sibérie",                NULL},
    {"Acipenser brevirostrum",     "SPECIES", IN_ACIPENSERIDAE,        "I",      "Shortnose sturgeon",                           "Esturgeon à nez court",               NULL},
    {"Acipenser gueldenstaedtii",  "SPECIES", IN_ACIPENSERIDAE,        "II",     "Russian sturgeon",                             "Esturgeon russe",                     NULL},
    {"Acipenser stellatus",        "SPECIES", IN_ACIPENSERIDAE,        "II",     "Stellate sturgeon",                            "Esturgeon étoilé",                    NULL},
    {"Acipenser sturio",           "SPECIES", IN_ACIPENSERIDAE,        "I",      "European sturgeon",                            "Esturgeon d'Europe",                  NULL},
    {"Acipenseridae",              "FAMILY",  IN_ACIPENSERIDAE,        "",       "Sturgeons",                                    "Esturgeons",                          NULL},
    {"Acipenseriformes",           "ORDER",   ORDER_ACIPENSERIFORMES,  "",       "Sturgeons and paddlefishes",                   "Esturgeons et spatules",              NULL},
    {"Acrantophis dumerili",       "SPECIES", IN_BOIDAE,               "I",      "Dumeril's boa",                                "Boa de Duméril",                      NULL},
    {"Acropora",                   "GENUS",   IN_ACROPORIDAE,          "II",     "Staghorn corals",                              "Acropores",                           NULL},
    {"Acroporidae",                "FAMILY",  IN_ACROPORIDAE,          "",       "Staghorn corals",                              "Acroporidés",                         NULL},
    {"Actinopteri",                "CLASS",   CLASS_ACTINOPTERI,       "",       "Ray-finned fishes",                            "Poissons à nageoires rayonnées",      NULL},
    {"Adansonia grandidieri",      "SPECIES", IN_MALVACEAE,            "II",     "Grandidier's baobab",                          "Baobab de Grandidier",                NULL},
    {"Addax nasomaculatus",        "SPECIES", IN_BOVIDAE,              "I",      "Addax",                                        "Addax",                               NULL},
    {"Afzelia africana",           "SPECIES", IN_LEGUMINOSAE,          "II",     "African mahogany",                             "Doussié",                             NULL},
    {"Agalychnis",                 "GENUS",   IN_HYLIDAE,              "II",     "Leaf frogs",                                   "Rainettes Agalychnis",                NULL},
    {"Agalychnis callidryas",      "SPECIES", IN_HYLIDAE,              "II",     "Red-eyed tree frog",                           "Rainette aux yeux rouges",            NULL},
    {"Agamidae",                   "FAMILY",  IN_AGAMIDAE,             "",       "Agamas and spiny-tailed lizards",              "Agamidés",                            NULL},
    {"Agapornis fischeri",         "SPECIES", IN_PSITTACIDAE,          "II",     "Fischer's lovebird",                           "Inséparable de Fischer",              NULL},
    {"Agapornis personatus",       "SPECIES", IN_PSITTACIDAE,          "II",     "Yellow-collared lovebird",                     "Inséparable masqué",                  NULL},
    {"Agapornis roseicollis",      "SPECIES", IN_PSITTACIDAE,          "N",      "Rosy-faced lovebird",                          "Inséparable rosegorge",               NULL},
    {"Ailuropoda melanoleuca",     "SPECIES", IN_URSIDAE,              "I",      "Giant panda",                                  "Panda géant",                         NULL},
    {"Aldabrachelys gigantea",     "SPECIES", IN_TESTUDINIDAE,         "II",     "Aldabra giant tortoise",                       "Tortue géante d'Aldabra",             NULL},
    {"Alligator mississippiensis", "SPECIES", IN_ALLIGATORIDAE,        "II",     "American alligator",                           "Alligator d'Amérique",                NULL},
    {"Alligator sinensis",         "SPECIES", IN_ALLIGATORIDAE,        "I",      "Chinese alligator",                            "Alligator de Chine",                  NULL},
    {"Alligatoridae",              "FAMILY",  IN_ALLIGATORIDAE,        "",       "Alligators and caimans",                       "Alligators et caïmans",               NULL},
    {"Aloe",                       "GENUS",   IN_LILIACEAE,            "I/II/N", "Aloes",                                        "Aloès",                               NULL},
    {"Aloe ferox",                 "SPECIES", IN_LILIACEAE,            "II",     "Bitter aloe",                                  "Aloès du Cap",                        NULL},
    {"Aloe vera",                  "SPECIES", IN_LILIACEAE,            "N",      "Aloe vera",                                    "Aloès vrai",                          NULL},
    {"Alopias",                    "GENUS",   IN_ALOPIIDAE,            "II",     "Thresher sharks",                              "Requins-renards",                     NULL},
    {"Alopiidae",                  "FAMILY",  IN_ALOPIIDAE,            "",       "Thresher sharks",                              "Requins-renards",                     NULL},
    {"Alouatta palliata",          "SPECIES", IN_ATELIDAE,             "I",      "Mantled howler monkey",                        "Hurleur à manteau",                   NULL},
    {"Amaryllidaceae",             "FAMILY",  IN_AMARYLLIDACEAE,       "",       "Snowdrops",                                    "Amaryllidacées",                      NULL},
    {"Amazona aestiva",            "SPECIES", IN_PSITTACIDAE,          "II",     "Blue-fronted amazon",                          "Amazone à front bleu",                NULL},
    {"Amazona amazonica",          "SPECIES", IN_PSITTACIDAE,          "II",     "Orange-winged amazon",                         "Amazone aourou",                      NULL},
    {"Amazona auropalliata",       "SPECIES", IN_PSITTACIDAE,          "I",      "Yellow-naped amazon",                          "Amazone à nuque jaune",               NULL},
    {"Amazona ochrocephala",       "SPECIES", IN_PSITTACIDAE,          "II",     "Yellow-crowned amazon",                        "Amazone à front jaune",               NULL},
    {"Amazona oratrix",            "SPECIES", IN_PSITTACIDAE,          "I",      "Yellow-headed amazon",                         "Amazone à tête jaune",                NULL},
    {"Ambystoma mexicanum",        "SPECIES", IN_AMBYSTOMATIDAE,       "II",     "Axolotl",                                      "Axolotl",                             NULL},
    {"Ambystomatidae",             "FAMILY",  IN_AMBYSTOMATIDAE,       "",       "Mole salamanders",                             "Ambystomes",                          NULL},
    {"Ameerega",                   "GENUS",   IN_DENDROBATIDAE,        "II",     "Ameerega poison frogs",                        "Dendrobates Ameerega",                NULL},
    {"Amphibia",                   "CLASS",   CLASS_AMPHIBIA,          "",       "Amphibians",                                   "Amphibiens",                          NULL},
    {"Andrias davidianus",         "SPECIES", IN_CRYPTOBRANCHIDAE,     "I",      "Chinese giant salamander",                     "Salamandre géante de Chine",          NULL},
    {"Anguilla anguilla",          "SPECIES", IN_ANGUILLIDAE,          "II",     "European eel",                                 "Anguille d'Europe",                   NULL},
    {"Anguilla japonica",          "SPECIES", IN_ANGUILLIDAE,          "N",      "Japanese eel",                                 "Anguille du Japon",                   NULL},
    {"Anguilla mossambica",        "SPECIES", IN_ANGUILLIDAE,          "N",      "African longfin eel",                          "Anguille du Mozambique",              NULL},
    {"Anguilla rostrata",          "SPECIES", IN_ANGUILLIDAE,          "N",      "American eel",                                 "Anguille d'Amérique",                 NULL},
    {"Anguillidae",                "FAMILY",  IN_ANGUILLIDAE,          "",       "Freshwater eels",                              "Anguilles",                           NULL},
    {"Anguilliformes",             "ORDER",   ORDER_ANGUILLIFORMES,    "",       "Eels",                                         "Anguilles",                           NULL},
    {"Anodorhynchus hyacinthinus", "SPECIES", IN_PSITTACIDAE,          "I",      "Hyacinth macaw",                               "Ara hyacinthe",                       NULL},
    {"Anodorhynchus leari",        "SPECIES", IN_PSITTACIDAE,          "I",      "Lear's macaw",                                 "Ara de Lear",                         NULL},
    {"Anthozoa",                   "CLASS",   CLASS_ANTHOZOA,          "",       "Corals and sea anemones",                      "Coraux et anémones de mer",           NULL},
    {"Antipatharia",               "ORDER",   ORDER_ANTIPATHARIA,      "",       "Black corals",                                 "Coraux noirs",                        NULL},
    {"Antipathes",                 "GENUS",   IN_ANTIPATHIDAE,         "II",     "Black corals",                                 "Coraux noirs",                        NULL},
    {"Antipathidae",               "FAMILY",  IN_ANTIPATHIDAE,         "",       "Black corals",                                 "Coraux noirs",                        NULL},
    {"Anura",                      "ORDER",   ORDER_ANURA,             "",       "Frogs and toads",                              "Grenouilles et crapauds",             NULL},
    {"Aonyx cinerea",              "SPECIES", IN_MUSTELIDAE,           "I",      "Asian small-clawed otter",                     "Loutre cendrée",                      "Aonyx cinereus"},
    {"Aonyx cinereus",             "SPECIES", IN_MUSTELIDAE,           "I",      "Asian small-clawed otter",                     "Loutre cendrée",                      NULL},
    {"Apiales",                    "ORDER",   ORDER_APIALES,           "",       "",                                             "",                                    NULL},
    {"Apocynaceae",                "FAMILY",  IN_APOCYNACEAE,          "",       "Dogbanes, with hoodias",                       "Apocynacées",                         NULL},
    {"Apodiformes",                "ORDER",   ORDER_APODIFORMES,       "",       "Hummingbirds and swifts",                      "Apodiformes",                         NULL},
    {"Aquila chrysaetos",          "SPECIES", IN_ACCIPITRIDAE,         "II",     "Golden eagle",                                 "Aigle royal",                         NULL},
    {"Aquila heliaca",             "SPECIES", IN_ACCIPITRIDAE,         "I",      "Eastern imperial eagle",                       "Aigle impérial",                      NULL},
    {"Aquilaria",                  "GENUS",   IN_THYMELAEACEAE,        "II",     "Agarwoods",                                    "Bois d'agar",                         NULL},
    {"Aquilaria crassna",          "SPECIES", IN_THYMELAEACEAE,        "II",     "Agarwood",                                     "Bois d'agar",                         NULL},
    {"Aquilaria malaccensis",      "SPECIES", IN_THYMELAEACEAE,        "II",     "Agarwood",                                     "Bois d'agar",                         NULL},
    {"Aquilaria sinensis",         "SPECIES", IN_THYMELAEACEAE,        "II",     "Chinese agarwood",                             "Bois d'agar de Chine",                NULL},
    {"Ara ararauna",               "SPECIES", IN_PSITTACIDAE,          "II",     "Blue-and-yellow macaw",                        "Ara bleu",                            NULL},
    {"Ara chloropterus",           "SPECIES", IN_PSITTACIDAE,          "II",     "Red-and-green macaw",                          "Ara chloroptère",                     NULL},
    {"Ara macao",                  "SPECIES", IN_PSITTACIDAE,          "I",      "Scarlet macaw",                                "Ara rouge",                           NULL},
    {"Ara militaris",              "SPECIES", IN_PSITTACIDAE,          "I",      "Military macaw",                               "Ara militaire",                       NULL},
    {"Arachnida",                  "CLASS",   CLASS_ARACHNIDA,         "",       "Spiders and scorpions",                        "Araignées et scorpions",              NULL},
    {"Araliaceae",                 "FAMILY",  IN_ARALIACEAE,           "",       "Ginsengs",                                     "Araliacées",                          NULL},
    {"Araneae",                    "ORDER",   ORDER_ARANEAE,           "",       "Spiders",                                      "Araignées",                           NULL},
    {"Arapaima gigas",             "SPECIES", IN_ARAPAIMIDAE,          "II",     "Arapaima",                                     "Arapaïma",                            NULL},
    {"Arapaimidae",                "FAMILY",  IN_ARAPAIMIDAE,          "",       "Arapaimas",                                    "Arapaïmas",                           NULL},
    {"Araucaria araucana",         "SPECIES", IN_ARAUCARIACEAE,        "I",      "Monkey-puzzle tree",                           "Désespoir des singes",                NULL},
    {"Araucariaceae",              "FAMILY",  IN_ARAUCARIACEAE,        "",       "Monkey-puzzle trees",                          "Araucariacées",                       NULL},
    {"Archaeogastropoda",          "ORDER",   ORDER_ARCHAEOGASTROPODA, "",       "Abalones",                                     "Archéogastéropodes",                  NULL},
    {"Arecales",                   "ORDER",   ORDER_ARECALES,          "",       "",                                             "",                                    NULL},
    {"Arhynchobdellida",           "ORDER",   ORDER_ARHYNCHOBDELLIDA,  "",       "Leeches",                                      "Sangsues",                            NULL},
    {"Ariocarpus",                 "GENUS",   IN_CACTACEAE,            "I",      "Living rocks",                                 "Ariocarpus",                          NULL},
    {"Artiodactyla",               "ORDER",   ORDER_ARTIODACTYLA,      "",       "Even-toed ungulates",                          "Artiodactyles",                       NULL},
    {"Aspidochirotida",            "ORDER",   ORDER_ASPIDOCHIROTIDA,   "",       "Sea cucumbers",                                "Concombres de mer",                   NULL},
    {"Asterales",                  "ORDER",   ORDER_ASTERALES,         "",       "",                                             "",                                    NULL},
    {"Astrochelys radiata",        "SPECIES", IN_TESTUDINIDAE,         "I",      "Radiated tortoise",                            "Tortue étoilée de Madagascar",        NULL},
    {"Astrochelys yniphora",       "SPECIES", IN_TESTUDINIDAE,         "I",      "Ploughshare tortoise",                         "Tortue à soc",                        NULL},
    {"Astrophytum",                "GENUS",   IN_CACTACEAE,            "I/II",   "Star cacti",                                   "Astrophytums",                        NULL},
    {"Ateles geoffroyi",           "SPECIES", IN_ATELIDAE,             "I/II",   "Geoffroy's spider monkey",                     "Atèle de Geoffroy",                   NULL},
    {"Atelidae",                   "FAMILY",  IN_ATELIDAE,             "",       "Howlers and spider monkeys",                   "Atélidés",                            NULL},
    {"Aves",                       "CLASS",   CLASS_AVES,              "",       "Birds",                                        "Oiseaux",                             NULL},
    {"Balaeniceps rex",            "SPECIES", IN_BALAENICIPITIDAE,     "II",     "Shoebill",                                     "Bec-en-sabot du Nil",                 NULL},
    {"Balaenicipitidae",           "FAMILY",  IN_BALAENICIPITIDAE,     "",       "Shoebills",                                    "Becs-en-sabot",                       NULL},
    {"Balearica pavonina",         "SPECIES", IN_GRUIDAE,              "I",      "Black crowned-crane",                          "Grue couronnée",                      NULL},
    {"Balearica regulorum",        "SPECIES", IN_GRUIDAE,              "II",     "Grey crowned-crane",                           "Grue royale",                         NULL},
    {"Batagur baska",              "SPECIES", IN_GEOEMYDIDAE,          "I",      "Northern river terrapin",                      "Émyde fluviale indienne",             NULL},
    {"Bignoniaceae",               "FAMILY",  IN_BIGNONIACEAE,         "",       "Trumpet trees",                                "Bignoniacées",                        NULL},
    {"Bitis parviocula",           "SPECIES", IN_VIPERIDAE,            "II",     "Ethiopian mountain adder",                     "Vipère des montagnes d'Éthiopie",     NULL},
    {"Bivalvia",                   "CLASS",   CLASS_BIVALVIA,          "",       "Clams and mussels",                            "Bivalves",                            NULL},
    {"Bletilla striata",           "SPECIES", IN_ORCHIDACEAE,          "II",     "Hyacinth orchid",                              "Orchidée jacinthe",                   NULL},
    {"Boa constrictor",            "SPECIES", IN_BOIDAE,               "I/II",   "Boa constrictor",                              "Boa constricteur",                    NULL},
    {"Boidae",                     "FAMILY",  IN_BOIDAE,               "",       "Boas",                                         "Boas",                                NULL},
    {"Bovidae",                    "FAMILY",  IN_BOVIDAE,              "",       "Antelopes, sheep and cattle",                  "Bovidés",                             NULL},
    {"Brachypelma",                "GENUS",   IN_THERAPHOSIDAE,        "II",     "Red-kneed tarantulas",                         "Mygales Brachypelma",                 NULL},
    {"Brachypelma smithi",         "SPECIES", IN_THERAPHOSIDAE,        "II",     "Mexican red-kneed tarantula",                  "Mygale à genoux rouges",              NULL},
    {"Bradypodidae",               "FAMILY",  IN_BRADYPODIDAE,         "",       "Three-toed sloths",                            "Paresseux à trois doigts",            NULL},
    {"Bradypus variegatus",        "SPECIES", IN_BRADYPODIDAE,         "II",     "Brown-throated sloth",                         "Paresseux à gorge brune",             NULL},
    {"Brookesia",                  "GENUS",   IN_CHAMAELEONIDAE,       "I/II",   "Leaf chameleons",                              "Brookésies",                          NULL},
    {"Bubo bubo",                  "SPECIES", IN_STRIGIDAE,            "II",     "Eurasian eagle-owl",                           "Grand-duc d'Europe",                  NULL},
    {"Buceros bicornis",           "SPECIES", IN_BUCEROTIDAE,          "I",      "Great hornbill",                               "Calao bicorne",                       NULL},
    {"Buceros rhinoceros",         "SPECIES", IN_BUCEROTIDAE,          "II",     "Rhinoceros hornbill",                          "Calao rhinocéros",                    NULL},
    {"Bucerotidae",                "FAMILY",  IN_BUCEROTIDAE,          "",       "Hornbills",                                    "Calaos",                              NULL},
    {"Bufonidae",                  "FAMILY",  IN_BUFONIDAE,            "",       "Toads",                                        "Crapauds",                            NULL},
    {"Bulnesia sarmientoi",        "SPECIES", IN_ZYGOPHYLLACEAE,       "II",     "Holy wood",                                    "Gaïac de Palo Santo",                 NULL},
    {"Cacatua alba",               "SPECIES", IN_CACATUIDAE,           "II",     "White cockatoo",                               "Cacatoès blanc",                      NULL},
    {"Cacatua galerita",           "SPECIES", IN_CACATUIDAE,           "II",     "Sulphur-crested cockatoo",                     "Cacatoès à huppe jaune",              NULL},
    {"Cacatua goffiniana",         "SPECIES", IN_CACATUIDAE,           "I",      "Tanimbar corella",                             "Cacatoès de Goffin",                  NULL},
    {"Cacatua moluccensis",        "SPECIES", IN_CACATUIDAE,           "I",      "Salmon-crested cockatoo",                      "Cacatoès à huppe rouge",              NULL},
    {"Cacatua sulphurea",          "SPECIES", IN_CACATUIDAE,           "I",      "Yellow-crested cockatoo",                      "Cacatoès soufré",                     NULL},
    {"Cacatuidae",                 "FAMILY",  IN_CACATUIDAE,           "",       "Cockatoos",                                    "Cacatoès",                            NULL},
    {"Cactaceae",                  "FAMILY",  IN_CACTACEAE,            "",       "Cacti",                                        "Cactus",                              NULL},
    {"Caesalpinia echinata",       "SPECIES", IN_LEGUMINOSAE,          "II",     "Brazilwood",                                   "Pernambouc",                          NULL},
    {"Caiman crocodilus",          "SPECIES", IN_ALLIGATORIDAE,        "I/II",   "Spectacled caiman",                            "Caïman à lunettes",                   NULL},
    {"Callithrix jacchus",         "SPECIES", IN_CEBIDAE,              "II",     "Common marmoset",                              "Ouistiti à toupets blancs",           NULL},
    {"Calumma",                    "GENUS",   IN_CHAMAELEONIDAE,       "II",     "Calumma chameleons",                           "Caméléons Calumma",                   NULL},
    {"Camelidae",                  "FAMILY",  IN_CAMELIDAE,            "",       "Camels and vicugnas",                          "Camélidés",                           NULL},
    {"Canidae",                    "FAMILY",  IN_CANIDAE,              "",       "Dogs and foxes",                               "Canidés",                             NULL},
    {"Canis lupus",                "SPECIES", IN_CANIDAE,              "I/II",   "Grey wolf",                                    "Loup gris",                           NULL},
    {"Caracal caracal",            "SPECIES", IN_FELIDAE,              "I/II",   "Caracal",                                      "Caracal",                             NULL},
    {"Carcharhinidae",             "FAMILY",  IN_CARCHARHINIDAE,       "",       "Requiem sharks",                               "Requins requiem",                     NULL},
    {"Carcharhiniformes",          "ORDER",   ORDER_CARCHARHINIFORMES, "",       "Ground sharks",                                "Carcharhiniformes",                   NULL},
    {"Carcharhinus",               "GENUS",   IN_CARCHARHINIDAE,       "II",     "Requiem sharks",                               "Requins Carcharhinus",                NULL},
    {"Carcharhinus falciformis",   "SPECIES", IN_CARCHARHINIDAE,       "II",     "Silky shark",                                  "Requin soyeux",                       NULL},
    {"Carcharhinus longimanus",    "SPECIES", IN_CARCHARHINIDAE,       "II",     "Oceanic whitetip shark",                       "Requin océanique",                    NULL},
    {"Carcharodon carcharias",     "SPECIES", IN_LAMNIDAE,             "II",     "Great white shark",                            "Grand requin blanc",                  NULL},
    {"Carduelis cucullata",        "SPECIES", IN_FRINGILLIDAE,         "I",      "Red siskin",                                   "Tarin rouge",                         NULL},
    {"Caretta caretta",            "SPECIES", IN_CHELONIIDAE,          "I",      "Loggerhead turtle",                            "Tortue caouanne",                     NULL},
    {"Carnivora",                  "ORDER",   ORDER_CARNIVORA,         "",       "Carnivores",                                   "Carnivores",                          NULL},
    {"Caryophyllales",             "ORDER",   ORDER_CARYOPHYLLALES,    "",       "",                                             "",                                    NULL},
    {"Caryophylliidae",            "FAMILY",  IN_CARYOPHYLLIIDAE,      "",       "Cup corals",                                   "Caryophylliidés",                     NULL},
    {"Cattleya",                   "GENUS",   IN_ORCHIDACEAE,          "II",     "Cattleyas",                                    "Cattleyas",                           NULL},
    {"Caudata",                    "ORDER",   ORDER_CAUDATA,           "",       "Salamanders and newts",                        "Salamandres et tritons",              NULL},
    {"Cebidae",                    "FAMILY",  IN_CEBIDAE,              "",       "Capuchins, marmosets and tamarins",            "Cébidés",                             NULL},
    {"Cebus capucinus",            "SPECIES", IN_CEBIDAE,              "II",     "White-faced capuchin",                         "Capucin à face blanche",              NULL},
    {"Cedrela odorata",            "SPECIES", IN_MELIACEAE,            "II/N",   "Spanish cedar",                                "Cèdre d'Amérique",                    NULL},
    {"Centrochelys sulcata",       "SPECIES", IN_TESTUDINIDAE,         "II",     "African spurred tortoise",                     "Tortue sillonnée",                    NULL},
    {"Centrolenidae",              "FAMILY",  IN_CENTROLENIDAE,        "",       "Glass frogs",                                  "Grenouilles de verre",                NULL},
    {"Cephalopoda",                "CLASS",   CLASS_CEPHALOPODA,       "",       "Squids and nautiluses",                        "Céphalopodes",                        NULL},
    {"Ceratotherium simum",        "SPECIES", IN_RHINOCEROTIDAE,       "I/II",   "White rhinoceros",                             "Rhinocéros blanc",                    NULL},
    {"Ceratozamia",                "GENUS",   IN_ZAMIACEAE,            "I",      "Horncones",                                    "Cératozamias",                        NULL},
    {"Cercopithecidae",            "FAMILY",  IN_CERCOPITHECIDAE,      "",       "Old World monkeys",                            "Cercopithécidés",                     NULL},
    {"Cercopithecus diana",        "SPECIES", IN_CERCOPITHECIDAE,      "I",      "Diana monkey",                                 "Cercopithèque diane",                 NULL},
    {"Cercopithecus mona",         "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Mona monkey",                                  "Cercopithèque mone",                  NULL},
    {"Cervidae",                   "FAMILY",  IN_CERVIDAE,             "",       "Deer",                                         "Cervidés",                            NULL},
    {"Cetacea",                    "ORDER",   ORDER_CETACEA,           "",       "Whales and dolphins",                          "Cétacés",                             NULL},
    {"Cetorhinidae",               "FAMILY",  IN_CETORHINIDAE,         "",       "Basking sharks",                               "Requins-pèlerins",                    NULL},
    {"Cetorhinus maximus",         "SPECIES", IN_CETORHINIDAE,         "II",     "Basking shark",                                "Requin-pèlerin",                      NULL},
    {"Chamaeleo",                  "GENUS",   IN_CHAMAELEONIDAE,       "II",     "Chameleons",                                   "Caméléons",                           NULL},
    {"Chamaeleo calyptratus",      "SPECIES", IN_CHAMAELEONIDAE,       "II",     "Veiled chameleon",                             "Caméléon casqué du Yémen",            NULL},
    {"Chamaeleo chamaeleon",       "SPECIES", IN_CHAMAELEONIDAE,       "II",     "Common chameleon",                             "Caméléon commun",                     NULL},
    {"Chamaeleo dilepis",          "SPECIES", IN_CHAMAELEONIDAE,       "II",     "Flap-necked chameleon",                        "Caméléon bilobé",                     NULL},
    {"Chamaeleonidae",             "FAMILY",  IN_CHAMAELEONIDAE,       "",       "Chameleons",                                   "Caméléons",                           NULL},
    {"Cheilinus undulatus",        "SPECIES", IN_LABRIDAE,             "II",     "Humphead wrasse",                              "Napoléon",                            NULL},
    {"Chelonia mydas",             "SPECIES", IN_CHELONIIDAE,          "I",      "Green turtle",                                 "Tortue verte",                        NULL},
    {"Cheloniidae",                "FAMILY",  IN_CHELONIIDAE,          "",       "Sea turtles",                                  "Tortues marines",                     NULL},
    {"Chelonoidis carbonarius",    "SPECIES", IN_TESTUDINIDAE,         "II",     "Red-footed tortoise",                          "Tortue charbonnière",                 NULL},
    {"Chelonoidis denticulatus",   "SPECIES", IN_TESTUDINIDAE,         "II",     "Yellow-footed tortoise",                       "Tortue denticulée",                   NULL},
    {"Chelonoidis niger",          "SPECIES", IN_TESTUDINIDAE,         "I",      "Galápagos giant tortoise",                     "Tortue géante des Galápagos",         NULL},
    {"Chelydra serpentina",        "SPECIES", IN_CHELYDRIDAE,          "II",     "Common snapping turtle",                       "Tortue serpentine",                   NULL},
    {"Chelydridae",                "FAMILY",  IN_CHELYDRIDAE,          "",       "Snapping turtles",                             "Tortues serpentines",                 NULL},
    {"Chiroptera",                 "ORDER",   ORDER_CHIROPTERA,        "",       "Bats",                                         "Chauves-souris",                      NULL},
    {"Chlamydotis macqueenii",     "SPECIES", IN_OTIDIDAE,             "I",      "Asian houbara",                                "Outarde de Macqueen",                 NULL},
    {"Chlamydotis undulata",       "SPECIES", IN_OTIDIDAE,             "I",      "African houbara",                              "Outarde houbara",                     NULL},
    {"Chlorocebus aethiops",       "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Grivet monkey",                                "Grivet",                              NULL},
    {"Chlorocebus pygerythrus",    "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Vervet monkey",                                "Vervet",                              NULL},
    {"Choeropsis liberiensis",     "SPECIES", IN_HIPPOPOTAMIDAE,       "II",     "Pygmy hippopotamus",                           "Hippopotame nain",                    NULL},
    {"Cibotium barometz",          "SPECIES", IN_DICKSONIACEAE,        "II",     "Golden chicken fern",                          "Fougère de Barometz",                 NULL},
    {"Ciconiiformes",              "ORDER",   ORDER_CICONIIFORMES,     "",       "Storks and flamingos",                         "Ciconiiformes",                       NULL},
    {"Cistanche deserticola",      "SPECIES", IN_OROBANCHACEAE,        "II",     "Desert cistanche",                             "Cistanche du désert",                 NULL},
    {"Civettictis civetta",        "SPECIES", IN_VIVERRIDAE,           "III",    "African civet",                                "Civette d'Afrique",                   NULL},
    {"Coelacanthi",                "CLASS",   CLASS_COELACANTHI,       "",       "Coelacanths",                                  "Cœlacanthes",                         NULL},
    {"Coelacanthiformes",          "ORDER",   ORDER_COELACANTHIFORMES, "",       "Coelacanths",                                  "Cœlacanthes",                         NULL},
    {"Colobus guereza",            "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Guereza",                                      "Colobe guéréza",                      NULL},
    {"Colubridae",                 "FAMILY",  IN_COLUBRIDAE,           "",       "Colubrid snakes",                              "Couleuvres",                          NULL},
    {"Compositae",                 "FAMILY",  IN_COMPOSITAE,           "",       "Daisies, with costus",                         "Composées",                           NULL},
    {"Conraua goliath",            "SPECIES", IN_CONRAUIDAE,           "N",      "Goliath frog",                                 "Grenouille goliath",                  NULL},
    {"Conrauidae",                 "FAMILY",  IN_CONRAUIDAE,           "",       "Goliath frogs",                                "Grenouilles goliath",                 NULL},
    {"Copiapoa",                   "GENUS",   IN_CACTACEAE,            "II",     "Copiapoas",                                    "Copiapoas",                           NULL},
    {"Copsychus malabaricus",      "SPECIES", IN_MUSCICAPIDAE,         "II",     "White-rumped shama",                           "Shama à croupion blanc",              NULL},
    {"Coraciiformes",              "ORDER",   ORDER_CORACIIFORMES,     "",       "Hornbills and kingfishers",                    "Coraciiformes",                       NULL},
    {"Coralliidae",                "FAMILY",  IN_CORALLIIDAE,          "",       "Precious corals",                              "Coraux précieux",                     NULL},
    {"Corallium rubrum",           "SPECIES", IN_CORALLIIDAE,          "N",      "Mediterranean red coral",                      "Corail rouge de Méditerranée",        NULL},
    {"Cordylidae",                 "FAMILY",  IN_CORDYLIDAE,           "",       "Girdled lizards",                              "Cordyles",                            NULL},
    {"Cordylus tropidosternum",    "SPECIES", IN_CORDYLIDAE,           "II",     "Tropical girdled lizard",                      "Cordyle tropical",                    NULL},
    {"Crocodylia",                 "ORDER",   ORDER_CROCODYLIA,        "",       "Crocodilians",                                 "Crocodiliens",                        NULL},
    {"Crocodylidae",               "FAMILY",  IN_CROCODYLIDAE,         "",       "Crocodiles",                                   "Crocodiles",                          NULL},
    {"Crocodylus acutus",          "SPECIES", IN_CROCODYLIDAE,         "I/II",   "American crocodile",                           "Crocodile d'Amérique",                NULL},
    {"Crocodylus niloticus",       "SPECIES", IN_CROCODYLIDAE,         "I/II",   "Nile crocodile",                               "Crocodile du Nil",                    NULL},
    {"Crocodylus porosus",         "SPECIES", IN_CROCODYLIDAE,         "I/II",   "Saltwater crocodile",                          "Crocodile marin",                     NULL},
    {"Crocodylus siamensis",       "SPECIES", IN_CROCODYLIDAE,         "I",      "Siamese crocodile",                            "Crocodile du Siam",                   NULL},
    {"Cryptobranchidae",           "FAMILY",  IN_CRYPTOBRANCHIDAE,     "",       "Giant salamanders",                            "Salamandres géantes",                 NULL},
    {"Cuculiformes",               "ORDER",   ORDER_CUCULIFORMES,      "",       "Turacos and cuckoos",                          "Cuculiformes",                        NULL},
    {"Cuora amboinensis",          "SPECIES", IN_GEOEMYDIDAE,          "II",     "Southeast Asian box turtle",                   "Tortue-boîte d'Asie du Sud-Est",      NULL},
    {"Cuora trifasciata",          "SPECIES", IN_GEOEMYDIDAE,          "II",     "Three-striped box turtle",                     "Tortue-boîte à trois bandes",         NULL},
    {"Cupressaceae",               "FAMILY",  IN_CUPRESSACEAE,         "",       "Cypresses",                                    "Cyprès",                              NULL},
    {"Cyanopsitta spixii",         "SPECIES", IN_PSITTACIDAE,          "I",      "Spix's macaw",                                 "Ara de Spix",                         NULL},
    {"Cycadaceae",                 "FAMILY",  IN_CYCADACEAE,           "",       "Cycads",                                       "Cycas",                               NULL},
    {"Cycadales",                  "ORDER",   ORDER_CYCADALES,         "",       "",                                             "",                                    NULL},
    {"Cycas",                      "GENUS",   IN_CYCADACEAE,           "I/II",   "Cycads",                                       "Cycas",                               NULL},
    {"Cycas revoluta",             "SPECIES", IN_CYCADACEAE,           "II",     "Sago cycad",                                   "Cycas du Japon",                      NULL},
    {"Cypripedium",                "GENUS",   IN_ORCHIDACEAE,          "II",     "Lady's slippers",                              "Sabots-de-Vénus",                     NULL},
    {"Dalbergia",                  "GENUS",   IN_LEGUMINOSAE,          "I/II",   "Rosewoods",                                    "Palissandres",                        NULL},
    {"Dalbergia cochinchinensis",  "SPECIES", IN_LEGUMINOSAE,          "II",     "Siamese rosewood",                             "Palissandre du Siam",                 NULL},
    {"Dalbergia latifolia",        "SPECIES", IN_LEGUMINOSAE,          "II",     "Indian rosewood",                              "Palissandre de l'Inde",               NULL},
    {"Dalbergia louvelii",         "SPECIES", IN_LEGUMINOSAE,          "II",     "Madagascar rosewood",                          "Palissandre violet de Madagascar",    NULL},
    {"Dalbergia madagascariensis", "SPECIES", IN_LEGUMINOSAE,          "II",     "Madagascar rosewood",                          "Palissandre de Madagascar",           NULL},
    {"Dalbergia melanoxylon",      "SPECIES", IN_LEGUMINOSAE,          "II",     "African blackwood",                            "Grenadille d'Afrique",                NULL},
    {"Dalbergia nigra",            "SPECIES", IN_LEGUMINOSAE,          "I",      "Brazilian rosewood",                           "Palissandre de Rio",                  NULL},
    {"Dalbergia oliveri",          "SPECIES", IN_LEGUMINOSAE,          "II",     "Burmese rosewood",                             "Palissandre de Birmanie",             NULL},
    {"Dalbergia retusa",           "SPECIES", IN_LEGUMINOSAE,          "II",     "Cocobolo",                                     "Cocobolo",                            NULL},
    {"Dalbergia stevensonii",      "SPECIES", IN_LEGUMINOSAE,          "II",     "Honduras rosewood",                            "Palissandre du Honduras",             NULL},
    {"Dendrobates",                "GENUS",   IN_DENDROBATIDAE,        "II",     "Poison frogs",                                 "Dendrobates",                         NULL},
    {"Dendrobates auratus",        "SPECIES", IN_DENDROBATIDAE,        "II",     "Green-and-black poison frog",                  "Dendrobate doré",                     NULL},
    {"Dendrobates leucomelas",     "SPECIES", IN_DENDROBATIDAE,        "II",     "Yellow-banded poison frog",                    "Dendrobate à tête jaune",             NULL},
    {"Dendrobates tinctorius",     "SPECIES", IN_DENDROBATIDAE,        "II",     "Dyeing poison frog",                           "Dendrobate à tapirer",                NULL},
    {"Dendrobatidae",              "FAMILY",  IN_DENDROBATIDAE,        "",       "Poison frogs",                                 "Dendrobates",                         NULL},
    {"Dendrobium",                 "GENUS",   IN_ORCHIDACEAE,          "I/II",   "Dendrobiums",                                  "Dendrobiums",                         NULL},
    {"Dermochelyidae",             "FAMILY",  IN_DERMOCHELYIDAE,       "",       "Leatherback turtles",                          "Tortues luths",                       NULL},
    {"Dermochelys coriacea",       "SPECIES", IN_DERMOCHELYIDAE,       "I",      "Leatherback turtle",                           "Tortue luth",                         NULL},
    {"Dicerorhinus sumatrensis",   "SPECIES", IN_RHINOCEROTIDAE,       "I",      "Sumatran rhinoceros",                          "Rhinocéros de Sumatra",               NULL},
    {"Diceros bicornis",           "SPECIES", IN_RHINOCEROTIDAE,       "I",      "Black rhinoceros",                             "Rhinocéros noir",                     NULL},
    {"Dicksoniaceae",              "FAMILY",  IN_DICKSONIACEAE,        "",       "Tree ferns",                                   "Dicksoniacées",                       NULL},
    {"Dicksoniales",               "ORDER",   ORDER_DICKSONIALES,      "",       "",                                             "",                                    NULL},
    {"Dicroglossidae",             "FAMILY",  IN_DICROGLOSSIDAE,       "",       "Fork-tongued frogs",                           "Dicroglossidés",                      NULL},
    {"Dionaea muscipula",          "SPECIES", IN_DROSERACEAE,          "II",     "Venus flytrap",                                "Dionée attrape-mouche",               NULL},
    {"Dioscorea deltoidea",        "SPECIES", IN_DIOSCOREACEAE,        "II",     "Elephant's foot",                              "Igname deltoïde",                     NULL},
    {"Dioscoreaceae",              "FAMILY",  IN_DIOSCOREACEAE,        "",       "Yams",                                         "Dioscoréacées",                       NULL},
    {"Diospyros",                  "GENUS",   IN_EBENACEAE,            "II/N",   "Ebonies (Madagascar)",                         "Ébènes (Madagascar)",                 NULL},
    {"Dipsacales",                 "ORDER",   ORDER_DIPSACALES,        "",       "",                                             "",                                    NULL},
    {"Droseraceae",                "FAMILY",  IN_DROSERACEAE,          "",       "Sundews",                                      "Droséracées",                         NULL},
    {"Dugong dugon",               "SPECIES", IN_DUGONGIDAE,           "I",      "Dugong",                                       "Dugong",                              NULL},
    {"Dugongidae",                 "FAMILY",  IN_DUGONGIDAE,           "",       "Dugongs",                                      "Dugongs",                             NULL},
    {"Dypsis decaryi",             "SPECIES", IN_PALMAE,               "II",     "Triangle palm",                                "Palmier triangulaire",                NULL},
    {"Dyscophus",                  "GENUS",   IN_MICROHYLIDAE,         "II",     "Tomato frogs",                                 "Grenouilles tomates",                 NULL},
    {"Dyscophus antongilii",       "SPECIES", IN_MICROHYLIDAE,         "II",     "Tomato frog",                                  "Grenouille tomate",                   NULL},
    {"Ebenaceae",                  "FAMILY",  IN_EBENACEAE,            "",       "Ebonies",                                      "Ébénacées",                           NULL},
    {"Ebenales",                   "ORDER",   ORDER_EBENALES,          "",       "",                                             "",                                    NULL},
    {"Eclectus roratus",           "SPECIES", IN_PSITTACIDAE,          "II",     "Eclectus parrot",                              "Grand Éclectus",                      NULL},
    {"Elapidae",                   "FAMILY",  IN_ELAPIDAE,             "",       "Cobras",                                       "Élapidés",                            NULL},
    {"Elasmobranchii",             "CLASS",   CLASS_ELASMOBRANCHII,    "",       "Sharks and rays",                              "Requins et raies",                    NULL},
    {"Elephantidae",               "FAMILY",  IN_ELEPHANTIDAE,         "",       "Elephants",                                    "Éléphants",                           NULL},
    {"Elephas",                    "GENUS",   IN_ELEPHANTIDAE,         "I",      "Asian elephants",                              "Éléphants d'Asie",                    NULL},
    {"Elephas maximus",            "SPECIES", IN_ELEPHANTIDAE,         "I",      "Asian elephant",                               "Éléphant d'Asie",                     NULL},
    {"Emydidae",                   "FAMILY",  IN_EMYDIDAE,             "",       "Terrapins",                                    "Émydidés",                            NULL},
    {"Encephalartos",              "GENUS",   IN_ZAMIACEAE,            "I",      "African cycads",                               "Cycas d'Afrique",                     NULL},
    {"Epipedobates",               "GENUS",   IN_DENDROBATIDAE,        "II",     "Phantasmal poison frogs",                      "Épipédobates",                        NULL},
    {"Equidae",                    "FAMILY",  IN_EQUIDAE,              "",       "Horses and zebras",                            "Équidés",                             NULL},
    {"Equus grevyi",               "SPECIES", IN_EQUIDAE,              "I",      "Grevy's zebra",                                "Zèbre de Grévy",                      NULL},
    {"Equus zebra",                "SPECIES", IN_EQUIDAE,              "II",     "Mountain zebra",                               "Zèbre de montagne",                   NULL},
    {"Eretmochelys imbricata",     "SPECIES", IN_CHELONIIDAE,          "I",      "Hawksbill turtle",                             "Tortue imbriquée",                    NULL},
    {"Estrildidae",                "FAMILY",  IN_ESTRILDIDAE,          "",       "Waxbills",                                     "Astrilds",                            NULL},
    {"Eunectes murinus",           "SPECIES", IN_BOIDAE,               "II",     "Green anaconda",                               "Anaconda vert",                       NULL},
    {"Euphlyctis hexadactylus",    "SPECIES", IN_DICROGLOSSIDAE,       "II",     "Six-fingered frog",                            "Grenouille à six doigts",             NULL},
    {"Euphorbia",                  "GENUS",   IN_EUPHORBIACEAE,        "I/II/N", "Succulent spurges",                            "Euphorbes succulentes",               NULL},
    {"Euphorbiaceae",              "FAMILY",  IN_EUPHORBIACEAE,        "",       "Spurges",                                      "Euphorbes",                           NULL},
    {"Euphorbiales",               "ORDER",   ORDER_EUPHORBIALES,      "",       "",                                             "",                                    NULL},
    {"Euphyllia",                  "GENUS",   IN_CARYOPHYLLIIDAE,      "II",     "Torch corals",                                 "Euphyllies",                          NULL},
    {"Fabales",                    "ORDER",   ORDER_FABALES,           "",       "",                                             "",                                    NULL},
    {"Falco biarmicus",            "SPECIES", IN_FALCONIDAE,           "II",     "Lanner falcon",                                "Faucon lanier",                       NULL},
    {"Falco cherrug",              "SPECIES", IN_FALCONIDAE,           "II",     "Saker falcon",                                 "Faucon sacre",                        NULL},
    {"Falco pelegrinoides",        "SPECIES", IN_FALCONIDAE,           "I",      "Barbary falcon",                               "Faucon de Barbarie",                  NULL},
    {"Falco peregrinus",           "SPECIES", IN_FALCONIDAE,           "I",      "Peregrine falcon",                             "Faucon pèlerin",                      NULL},
    {"Falco rusticolus",           "SPECIES", IN_FALCONIDAE,           "I",      "Gyrfalcon",                                    "Faucon gerfaut",                      NULL},
    {"Falco tinnunculus",          "SPECIES", IN_FALCONIDAE,           "II",     "Common kestrel",                               "Faucon crécerelle",                   NULL},
    {"Falconidae",                 "FAMILY",  IN_FALCONIDAE,           "",       "Falcons",                                      "Faucons",                             NULL},
    {"Falconiformes",              "ORDER",   ORDER_FALCONIFORMES,     "",       "Birds of prey",                                "Rapaces diurnes",                     NULL},
    {"Felidae",                    "FAMILY",  IN_FELIDAE,              "",       "Cats",                                         "Félidés",                             NULL},
    {"Fitzroya cupressoides",      "SPECIES", IN_CUPRESSACEAE,         "I",      "Alerce",                                       "Alerce",                              NULL},
    {"Fringillidae",               "FAMILY",  IN_FRINGILLIDAE,         "",       "Finches",                                      "Fringillidés",                        NULL},
    {"Furcifer",                   "GENUS",   IN_CHAMAELEONIDAE,       "II",     "Furcifer chameleons",                          "Caméléons Furcifer",                  NULL},
    {"Furcifer pardalis",          "SPECIES", IN_CHAMAELEONIDAE,       "II",     "Panther chameleon",                            "Caméléon panthère",                   NULL},
    {"Galagidae",                  "FAMILY",  IN_GALAGIDAE,            "",       "Bushbabies",                                   "Galagos",                             NULL},
    {"Galago senegalensis",        "SPECIES", IN_GALAGIDAE,            "II",     "Senegal bushbaby",                             "Galago du Sénégal",                   NULL},
    {"Galanthus",                  "GENUS",   IN_AMARYLLIDACEAE,       "II",     "Snowdrops",                                    "Perce-neige",                         NULL},
    {"Galliformes",                "ORDER",   ORDER_GALLIFORMES,       "",       "Game birds",                                   "Gallinacés",                          NULL},
    {"Garrulax canorus",           "SPECIES", IN_MUSCICAPIDAE,         "II",     "Chinese hwamei",                               "Garrulaxe hoamy",                     NULL},
    {"Gastrodia elata",            "SPECIES", IN_ORCHIDACEAE,          "II",     "Tian ma",                                      "Tian ma",                             NULL},
    {"Gastropoda",                 "CLASS",   CLASS_GASTROPODA,        "",       "Snails and conchs",                            "Gastéropodes",                        NULL},
    {"Gavialidae",                 "FAMILY",  IN_GAVIALIDAE,           "",       "Gharials",                                     "Gavials",                             NULL},
    {"Gavialis gangeticus",        "SPECIES", IN_GAVIALIDAE,           "I",      "Gharial",                                      "Gavial du Gange",                     NULL},
    {"Gekko gecko",                "SPECIES", IN_GEKKONIDAE,           "II",     "Tokay gecko",                                  "Gecko tokay",                         NULL},
    {"Gekkonidae",                 "FAMILY",  IN_GEKKONIDAE,           "",       "Geckos",                                       "Geckos",                              NULL},
    {"Gentianales",                "ORDER",   ORDER_GENTIANALES,       "",       "",                                             "",                                    NULL},
    {"Geochelone elegans",         "SPECIES", IN_TESTUDINIDAE,         "I",      "Indian star tortoise",                         "Tortue étoilée de l'Inde",            NULL},
    {"Geochelone platynota",       "SPECIES", IN_TESTUDINIDAE,         "I",      "Burmese star tortoise",                        "Tortue étoilée de Birmanie",          NULL},
    {"Geoclemys hamiltonii",       "SPECIES", IN_GEOEMYDIDAE,          "I",      "Spotted pond turtle",                          "Tortue de Hamilton",                  NULL},
    {"Geoemydidae",                "FAMILY",  IN_GEOEMYDIDAE,          "",       "Asian freshwater turtles",                     "Géoémydidés",                         NULL},
    {"Giraffa camelopardalis",     "SPECIES", IN_GIRAFFIDAE,           "II",     "Giraffe",                                      "Girafe",                              NULL},
    {"Giraffidae",                 "FAMILY",  IN_GIRAFFIDAE,           "",       "Giraffes",                                     "Giraffidés",                          NULL},
    {"Glaucostegidae",             "FAMILY",  IN_GLAUCOSTEGIDAE,       "",       "Giant guitarfishes",                           "Guitares géantes",                    NULL},
    {"Glaucostegus",               "GENUS",   IN_GLAUCOSTEGIDAE,       "II",     "Giant guitarfishes",                           "Guitares géantes",                    NULL},
    {"Goniopora",                  "GENUS",   IN_PORITIDAE,            "II",     "Flowerpot corals",                             "Goniopores",                          NULL},
    {"Gonystylus",                 "GENUS",   IN_THYMELAEACEAE,        "II",     "Ramin",                                        "Ramin",                               NULL},
    {"Gorgonacea",                 "ORDER",   ORDER_GORGONACEA,        "",       "Gorgonians",                                   "Gorgones",                            NULL},
    {"Gorilla beringei",           "SPECIES", IN_HOMINIDAE,            "I",      "Eastern gorilla",                              "Gorille de l'Est",                    NULL},
    {"Gorilla gorilla",            "SPECIES", IN_HOMINIDAE,            "I",      "Western gorilla",                              "Gorille de l'Ouest",                  NULL},
    {"Gracula religiosa",          "SPECIES", IN_STURNIDAE,            "II",     "Hill myna",                                    "Mainate religieux",                   NULL},
    {"Gruidae",                    "FAMILY",  IN_GRUIDAE,              "",       "Cranes",                                       "Grues",                               NULL},
    {"Gruiformes",                 "ORDER",   ORDER_GRUIFORMES,        "",       "Cranes and bustards",                          "Gruiformes",                          NULL},
    {"Guaiacum officinale",        "SPECIES", IN_ZYGOPHYLLACEAE,       "II",     "Lignum vitae",                                 "Gaïac",                               NULL},
    {"Guibourtia demeusei",        "SPECIES", IN_LEGUMINOSAE,          "II",     "Bubinga",                                      "Bubinga",                             NULL},
    {"Guibourtia pellegriniana",   "SPECIES", IN_LEGUMINOSAE,          "II",     "Bubinga",                                      "Bubinga",                             NULL},
    {"Guibourtia tessmannii",      "SPECIES", IN_LEGUMINOSAE,          "II",     "Bubinga",                                      "Bubinga",                             NULL},
    {"Gypaetus barbatus",          "SPECIES", IN_ACCIPITRIDAE,         "II",     "Bearded vulture",                              "Gypaète barbu",                       NULL},
    {"Gyps africanus",             "SPECIES", IN_ACCIPITRIDAE,         "II",     "White-backed vulture",                         "Vautour africain",                    NULL},
    {"Gyps coprotheres",           "SPECIES", IN_ACCIPITRIDAE,         "II",     "Cape vulture",                                 "Vautour chassefiente",                NULL},
    {"Gyps rueppellii",            "SPECIES", IN_ACCIPITRIDAE,         "II",     "Rüppell's vulture",                            "Vautour de Rüppell",                  NULL},
    {"Gyrinops",                   "GENUS",   IN_THYMELAEACEAE,        "II",     "Agarwoods",                                    "Bois d'agar",                         NULL},
    {"Haliaeetus albicilla",       "SPECIES", IN_ACCIPITRIDAE,         "I",      "White-tailed eagle",                           "Pygargue à queue blanche",            NULL},
    {"Haliotidae",                 "FAMILY",  IN_HALIOTIDAE,           "",       "Abalones",                                     "Ormeaux",                             NULL},
    {"Haliotis midae",             "SPECIES", IN_HALIOTIDAE,           "N",      "Perlemoen abalone",                            "Ormeau d'Afrique du Sud",             NULL},
    {"Handroanthus",               "GENUS",   IN_BIGNONIACEAE,         "II",     "Ipê",                                          "Ipé",                                 NULL},
    {"Helarctos malayanus",        "SPECIES", IN_URSIDAE,              "I",      "Sun bear",                                     "Ours malais",                         NULL},
    {"Heliopora coerulea",         "SPECIES", IN_HELIOPORIDAE,         "II",     "Blue coral",                                   "Corail bleu",                         NULL},
    {"Helioporacea",               "ORDER",   ORDER_HELIOPORACEA,      "",       "Blue corals",                                  "Coraux bleus",                        NULL},
    {"Helioporidae",               "FAMILY",  IN_HELIOPORIDAE,         "",       "Blue corals",                                  "Coraux bleus",                        NULL},
    {"Hexaprotodon liberiensis",   "SPECIES", IN_HIPPOPOTAMIDAE,       "II",     "Pygmy hippopotamus",                           "Hippopotame nain",                    "Choeropsis liberiensis"},
    {"Hippocampus",                "GENUS",   IN_SYNGNATHIDAE,         "II",     "Seahorses",                                    "Hippocampes",                         NULL},
    {"Hippocampus algiricus",      "SPECIES", IN_SYNGNATHIDAE,         "II",     "West African seahorse",                        "Hippocampe d'Afrique de l'Ouest",     NULL},
    {"Hippocampus comes",          "SPECIES", IN_SYNGNATHIDAE,         "II",     "Tiger-tail seahorse",                          "Hippocampe à queue tigrée",           NULL},
    {"Hippocampus erectus",        "SPECIES", IN_SYNGNATHIDAE,         "II",     "Lined seahorse",                               "Hippocampe rayé",                     NULL},
    {"Hippocampus hippocampus",    "SPECIES", IN_SYNGNATHIDAE,         "II",     "Short-snouted seahorse",                       "Hippocampe à museau court",           NULL},
    {"Hippocampus kelloggi",       "SPECIES", IN_SYNGNATHIDAE,         "II",     "Great seahorse",                               "Grand hippocampe",                    NULL},
    {"Hippocampus kuda",           "SPECIES", IN_SYNGNATHIDAE,         "II",     "Spotted seahorse",                             "Hippocampe doré",                     NULL},
    {"Hippocampus spinosissimus",  "SPECIES", IN_SYNGNATHIDAE,         "II",     "Hedgehog seahorse",                            "Hippocampe hérisson",                 NULL},
    {"Hippocampus trimaculatus",   "SPECIES", IN_SYNGNATHIDAE,         "II",     "Three-spot seahorse",                          "Hippocampe à trois taches",           NULL},
    {"Hippopotamidae",             "FAMILY",  IN_HIPPOPOTAMIDAE,       "",       "Hippopotamuses",                               "Hippopotames",                        NULL},
    {"Hippopotamus amphibius",     "SPECIES", IN_HIPPOPOTAMIDAE,       "II",     "Hippopotamus",                                 "Hippopotame",                         NULL},
    {"Hippopus hippopus",          "SPECIES", IN_TRIDACNIDAE,          "II",     "Horse's hoof clam",                            "Bénitier pied-de-cheval",             NULL},
    {"Hirudinidae",                "FAMILY",  IN_HIRUDINIDAE,          "",       "Medicinal leeches",                            "Sangsues médicinales",                NULL},
    {"Hirudinoidea",               "CLASS",   CLASS_HIRUDINOIDEA,      "",       "Leeches",                                      "Sangsues",                            NULL},
    {"Hirudo medicinalis",         "SPECIES", IN_HIRUDINIDAE,          "II",     "Medicinal leech",                              "Sangsue médicinale",                  NULL},
    {"Holacanthus clarionensis",   "SPECIES", IN_POMACANTHIDAE,        "II",     "Clarion angelfish",                            "Poisson-ange de Clarion",             NULL},
    {"Holothuria fuscogilva",      "SPECIES", IN_HOLOTHURIIDAE,        "II",     "White teatfish",                               "Holothurie blanche à mamelles",       NULL},
    {"Holothuria nobilis",         "SPECIES", IN_HOLOTHURIIDAE,        "II",     "Black teatfish",                               "Holothurie noire à mamelles",         NULL},
    {"Holothuriidae",              "FAMILY",  IN_HOLOTHURIIDAE,        "",       "Sea cucumbers",                                "Holothuries",                         NULL},
    {"Holothuroidea",              "CLASS",   CLASS_HOLOTHUROIDEA,     "",       "Sea cucumbers",                                "Concombres de mer",                   NULL},
    {"Hominidae",                  "FAMILY",  IN_HOMINIDAE,            "",       "Great apes",                                   "Grands singes",                       NULL},
    {"Hoodia",                     "GENUS",   IN_APOCYNACEAE,          "II",     "Hoodias",                                      "Hoodias",                             NULL},
    {"Hoodia gordonii",            "SPECIES", IN_APOCYNACEAE,          "II",     "Bitter hoodia",                                "Hoodia",                              NULL},
    {"Hoplobatrachus tigerinus",   "SPECIES", IN_DICROGLOSSIDAE,       "II",     "Indian bullfrog",                              "Grenouille-taureau de l'Inde",        NULL},
    {"Huso huso",                  "SPECIES", IN_ACIPENSERIDAE,        "II",     "Beluga sturgeon",                              "Béluga",                              NULL},
    {"Hydrozoa",                   "CLASS",   CLASS_HYDROZOA,          "",       "Sea ferns and fire corals",                    "Hydrozoaires",                        NULL},
    {"Hylidae",                    "FAMILY",  IN_HYLIDAE,              "",       "Tree frogs",                                   "Rainettes",                           NULL},
    {"Hylobates",                  "GENUS",   IN_HYLOBATIDAE,          "I",      "Gibbons",                                      "Gibbons",                             NULL},
    {"Hylobates lar",              "SPECIES", IN_HYLOBATIDAE,          "I",      "Lar gibbon",                                   "Gibbon à mains blanches",             NULL},
    {"Hylobates moloch",           "SPECIES", IN_HYLOBATIDAE,          "I",      "Silvery gibbon",                               "Gibbon cendré",                       NULL},
    {"Hylobatidae",                "FAMILY",  IN_HYLOBATIDAE,          "",       "Gibbons",                                      "Gibbons",                             NULL},
    {"Iguana iguana",              "SPECIES", IN_IGUANIDAE,            "II",     "Green iguana",                                 "Iguane vert",                         NULL},
    {"Iguanidae",                  "FAMILY",  IN_IGUANIDAE,            "",       "Iguanas",                                      "Iguanes",                             NULL},
    {"Indotestudo elongata",       "SPECIES", IN_TESTUDINIDAE,         "II",     "Elongated tortoise",                           "Tortue à tête jaune",                 NULL},
    {"Indri indri",                "SPECIES", IN_INDRIIDAE,            "I",      "Indri",                                        "Indri",                               NULL},
    {"Indriidae",                  "FAMILY",  IN_INDRIIDAE,            "",       "Sifakas and indris",                           "Indriidés",                           NULL},
    {"Insecta",                    "CLASS",   CLASS_INSECTA,           "",       "Insects",                                      "Insectes",                            NULL},
    {"Isostichopus fuscus",        "SPECIES", IN_STICHOPODIDAE,        "III",    "Brown sea cucumber",                           "Concombre de mer brun",               NULL},
    {"Isurus",                     "GENUS",   IN_LAMNIDAE,             "II",     "Mako sharks",                                  "Requins mako",                        NULL},
    {"Isurus oxyrinchus",          "SPECIES", IN_LAMNIDAE,             "II",     "Shortfin mako",                                "Requin-taupe bleu",                   NULL},
    {"Khaya",                      "GENUS",   IN_MELIACEAE,            "II/N",   "African mahoganies",                           "Acajous d'Afrique",                   NULL},
    {"Khaya senegalensis",         "SPECIES", IN_MELIACEAE,            "II",     "Dry-zone mahogany",                            "Caïlcédrat",                          NULL},
    {"Kinixys",                    "GENUS",   IN_TESTUDINIDAE,         "II",     "Hinge-back tortoises",                         "Tortues à dos articulé",              NULL},
    {"Kinixys belliana",           "SPECIES", IN_TESTUDINIDAE,         "II",     "Bell's hinge-back tortoise",                   "Tortue à dos articulé de Bell",       NULL},
    {"Kinixys erosa",              "SPECIES", IN_TESTUDINIDAE,         "II",     "Serrated hinge-back tortoise",                 "Tortue à dos articulé d'Afrique",     NULL},
    {"Kinixys homeana",            "SPECIES", IN_TESTUDINIDAE,         "II",     "Home's hinge-back tortoise",                   "Tortue à dos articulé de Home",       NULL},
    {"Kinyongia",                  "GENUS",   IN_CHAMAELEONIDAE,       "II",     "East African chameleons",                      "Caméléons Kinyongia",                 NULL},
    {"Kobus leche",                "SPECIES", IN_BOVIDAE,              "II",     "Lechwe",                                       "Cobe lechwe",                         NULL},
    {"Labridae",                   "FAMILY",  IN_LABRIDAE,             "",       "Wrasses",                                      "Labridés",                            NULL},
    {"Lamna nasus",                "SPECIES", IN_LAMNIDAE,             "II",     "Porbeagle",                                    "Requin-taupe commun",                 NULL},
    {"Lamnidae",                   "FAMILY",  IN_LAMNIDAE,             "",       "Mackerel sharks",                              "Requins-taupes",                      NULL},
    {"Lamniformes",                "ORDER",   ORDER_LAMNIFORMES,       "",       "Mackerel sharks",                              "Lamniformes",                         NULL},
    {"Lanthanotidae",              "FAMILY",  IN_LANTHANOTIDAE,        "",       "Earless monitors",                             "Varans sans oreilles",                NULL},
    {"Lanthanotus borneensis",     "SPECIES", IN_LANTHANOTIDAE,        "II",     "Earless monitor lizard",                       "Varan sans oreilles",                 NULL},
    {"Latimeria chalumnae",        "SPECIES", IN_LATIMERIIDAE,         "I",      "Coelacanth",                                   "Cœlacanthe",                          NULL},
    {"Latimeriidae",               "FAMILY",  IN_LATIMERIIDAE,         "",       "Coelacanths",                                  "Cœlacanthes",                         NULL},
    {"Leguminosae",                "FAMILY",  IN_LEGUMINOSAE,          "",       "Legumes, with rosewoods",                      "Légumineuses, dont les palissandres", NULL},
    {"Lemur catta",                "SPECIES", IN_LEMURIDAE,            "I",      "Ring-tailed lemur",                            "Maki catta",                          NULL},
    {"Lemuridae",                  "FAMILY",  IN_LEMURIDAE,            "",       "Lemurs",                                       "Lémuridés",                           NULL},
    {"Leontopithecus rosalia",     "SPECIES", IN_CEBIDAE,              "I",      "Golden lion tamarin",                          "Tamarin-lion doré",                   NULL},
    {"Leopardus pardalis",         "SPECIES", IN_FELIDAE,              "I",      "Ocelot",                                       "Ocelot",                              NULL},
    {"Lepidochelys olivacea",      "SPECIES", IN_CHELONIIDAE,          "I",      "Olive ridley turtle",                          "Tortue olivâtre",                     NULL},
    {"Lepidoptera",                "ORDER",   ORDER_LEPIDOPTERA,       "",       "Butterflies",                                  "Papillons",                           NULL},
    {"Leptailurus serval",         "SPECIES", IN_FELIDAE,              "II",     "Serval",                                       "Serval",                              NULL},
    {"Leucopsar rothschildi",      "SPECIES", IN_STURNIDAE,            "I",      "Bali myna",                                    "Étourneau de Rothschild",             NULL},
    {"Liliaceae",                  "FAMILY",  IN_LILIACEAE,            "",       "Lilies, with aloes",                           "Liliacées, dont les aloès",           NULL},
    {"Liliales",                   "ORDER",   ORDER_LILIALES,          "",       "",                                             "",                                    NULL},
    {"Lissemys punctata",          "SPECIES", IN_TRIONYCHIDAE,         "II",     "Indian flapshell turtle",                      "Tortue à clapets de l'Inde",          NULL},
    {"Lithobates catesbeianus",    "SPECIES", IN_RANIDAE,              "N",      "American bullfrog",                            "Grenouille-taureau",                  NULL},
    {"Lobatus gigas",              "SPECIES", IN_STROMBIDAE,           "II",     "Queen conch",                                  "Strombe géant",                       "Strombus gigas"},
    {"Lodoicea maldivica",         "SPECIES", IN_PALMAE,               "III",    "Coco de mer",                                  "Cocotier de mer",                     NULL},
    {"Lonchura oryzivora",         "SPECIES", IN_ESTRILDIDAE,          "II",     "Java sparrow",                                 "Padda de Java",                       NULL},
    {"Loriidae",                   "FAMILY",  IN_LORIIDAE,             "",       "Lories and lorikeets",                         "Loris",                               NULL},
    {"Lorisidae",                  "FAMILY",  IN_LORISIDAE,            "",       "Lorises and pottos",                           "Lorisidés",                           NULL},
    {"Lorius lory",                "SPECIES", IN_LORIIDAE,             "II",     "Black-capped lory",                            "Lori tricolore",                      NULL},
    {"Loxodonta",                  "GENUS",   IN_ELEPHANTIDAE,         "I/II",   "African elephants",                            "Éléphants d'Afrique",                 NULL},
    {"Loxodonta africana",         "SPECIES", IN_ELEPHANTIDAE,         "I/II",   "African elephant",                             "Éléphant d'Afrique",                  NULL},
    {"Loxodonta cyclotis",         "SPECIES", IN_ELEPHANTIDAE,         "I/II",   "African forest elephant",                      "Éléphant de forêt d'Afrique",         "Loxodonta africana"},
    {"Lutra lutra",                "SPECIES", IN_MUSTELIDAE,           "I",      "Eurasian otter",                               "Loutre d'Europe",                     NULL},
    {"Lutrogale perspicillata",    "SPECIES", IN_MUSTELIDAE,           "I",      "Smooth-coated otter",                          "Loutre à pelage lisse",               NULL},
    {"Lycaon pictus",              "SPECIES", IN_CANIDAE,              "N",      "African wild dog",                             "Lycaon",                              NULL},
    {"Lygodactylus williamsi",     "SPECIES", IN_GEKKONIDAE,           "I",      "Turquoise dwarf gecko",                        "Gecko nain turquoise",                NULL},
    {"Lynx lynx",                  "SPECIES", IN_FELIDAE,              "II",     "Eurasian lynx",                                "Lynx boréal",                         NULL},
    {"Macaca",                     "GENUS",   IN_CERCOPITHECIDAE,      "I/II",   "Macaques",                                     "Macaques",                            NULL},
    {"Macaca fascicularis",        "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Long-tailed macaque",                          "Macaque crabier",                     NULL},
    {"Macaca mulatta",             "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Rhesus macaque",                               "Macaque rhésus",                      NULL},
    {"Macaca nemestrina",          "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Southern pig-tailed macaque",                  "Macaque à queue de cochon",           NULL},
    {"Macaca sylvanus",            "SPECIES", IN_CERCOPITHECIDAE,      "I",      "Barbary macaque",                              "Macaque de Barbarie",                 NULL},
    {"Macrochelys temminckii",     "SPECIES", IN_CHELYDRIDAE,          "II",     "Alligator snapping turtle",                    "Tortue alligator",                    NULL},
    {"Malaclemys terrapin",        "SPECIES", IN_EMYDIDAE,             "II",     "Diamondback terrapin",                         "Terrapin à dos diamanté",             NULL},
    {"Malacochersus tornieri",     "SPECIES", IN_TESTUDINIDAE,         "I",      "Pancake tortoise",                             "Tortue-crêpe",                        NULL},
    {"Malayopython reticulatus",   "SPECIES", IN_PYTHONIDAE,           "II",     "Reticulated python",                           "Python réticulé",                     NULL},
    {"Malvaceae",                  "FAMILY",  IN_MALVACEAE,            "",       "Mallows, with baobabs",                        "Malvacées, dont les baobabs",         NULL},
    {"Malvales",                   "ORDER",   ORDER_MALVALES,          "",       "",                                             "",                                    NULL},
    {"Mammalia",                   "CLASS",   CLASS_MAMMALIA,          "",       "Mammals",                                      "Mammifères",                          NULL},
    {"Mammillaria",                "GENUS",   IN_CACTACEAE,            "I/II",   "Pincushion cacti",                             "Mamillaires",                         NULL},
    {"Mandrillus leucophaeus",     "SPECIES", IN_CERCOPITHECIDAE,      "I",      "Drill",                                        "Drill",                               NULL},
    {"Mandrillus sphinx",          "SPECIES", IN_CERCOPITHECIDAE,      "I",      "Mandrill",                                     "Mandrill",                            NULL},
    {"Manidae",                    "FAMILY",  IN_MANIDAE,              "",       "Pangolins",                                    "Pangolins",                           NULL},
    {"Manis",                      "GENUS",   IN_MANIDAE,              "I",      "Asian pangolins",                              "Pangolins",                           NULL},
    {"Manis crassicaudata",        "SPECIES", IN_MANIDAE,              "I",      "Indian pangolin",                              "Grand pangolin de l'Inde",            NULL},
    {"Manis culionensis",          "SPECIES", IN_MANIDAE,              "I",      "Philippine pangolin",                          "Pangolin des Philippines",            NULL},
    {"Manis gigantea",             "SPECIES", IN_MANIDAE,              "I",      "Giant ground pangolin",                        "Pangolin géant",                      NULL},
    {"Manis javanica",             "SPECIES", IN_MANIDAE,              "I",      "Sunda pangolin",                               "Pangolin javanais",                   NULL},
    {"Manis pentadactyla",         "SPECIES", IN_MANIDAE,              "I",      "Chinese pangolin",                             "Pangolin de Chine",                   NULL},
    {"Manis temminckii",           "SPECIES", IN_MANIDAE,              "I",      "Temminck's ground pangolin",                   "Pangolin de Temminck",                NULL},
    {"Manis tetradactyla",         "SPECIES", IN_MANIDAE,              "I",      "Black-bellied pangolin",                       "Pangolin à longue queue",             NULL},
    {"Manis tricuspis",            "SPECIES", IN_MANIDAE,              "I",      "White-bellied pangolin",                       "Pangolin à écailles tricuspides",     NULL},
    {"Manouria emys",              "SPECIES", IN_TESTUDINIDAE,         "II",     "Asian brown tortoise",                         "Tortue brune",                        NULL},
    {"Manta birostris",            "SPECIES", IN_MOBULIDAE,            "II",     "Giant manta ray",                              "Raie manta géante",                   "Mobula birostris"},
    {"Mantella",                   "GENUS",   IN_MANTELLIDAE,          "II",     "Mantella frogs",                               "Mantelles",                           NULL},
    {"Mantella aurantiaca",        "SPECIES", IN_MANTELLIDAE,          "II",     "Golden mantella",                              "Mantelle dorée",                      NULL},
    {"Mantellidae",                "FAMILY",  IN_MANTELLIDAE,          "",       "Mantellas",                                    "Mantelles",                           NULL},
    {"Mecistops cataphractus",     "SPECIES", IN_CROCODYLIDAE,         "I",      "Slender-snouted crocodile",                    "Faux-gavial d'Afrique",               NULL},
    {"Meliaceae",                  "FAMILY",  IN_MELIACEAE,            "",       "Mahoganies and cedars",                        "Méliacées",                           NULL},
    {"Mellivora capensis",         "SPECIES", IN_MUSTELIDAE,           "III",    "Honey badger",                                 "Ratel",                               NULL},
    {"Melursus ursinus",           "SPECIES", IN_URSIDAE,              "I",      "Sloth bear",                                   "Ours lippu",                          NULL},
    {"Mesogastropoda",             "ORDER",   ORDER_MESOGASTROPODA,    "",       "Conchs",                                       "Mésogastéropodes",                    NULL},
    {"Microhylidae",               "FAMILY",  IN_MICROHYLIDAE,         "",       "Narrow-mouthed frogs",                         "Microhylidés",                        NULL},
    {"Millepora",                  "GENUS",   IN_MILLEPORIDAE,         "II",     "Fire corals",                                  "Coraux de feu",                       NULL},
    {"Milleporidae",               "FAMILY",  IN_MILLEPORIDAE,         "",       "Fire corals",                                  "Coraux de feu",                       NULL},
    {"Milleporina",                "ORDER",   ORDER_MILLEPORINA,       "",       "Fire corals",                                  "Coraux de feu",                       NULL},
    {"Mobula",                     "GENUS",   IN_MOBULIDAE,            "II",     "Devil rays",                                   "Diables de mer",                      NULL},
    {"Mobula birostris",           "SPECIES", IN_MOBULIDAE,            "II",     "Giant manta ray",                              "Raie manta géante",                   NULL},
    {"Mobulidae",                  "FAMILY",  IN_MOBULIDAE,            "",       "Manta and devil rays",                         "Raies mantas et diables de mer",      NULL},
    {"Monodon monoceros",          "SPECIES", IN_MONODONTIDAE,         "II",     "Narwhal",                                      "Narval",                              NULL},
    {"Monodontidae",               "FAMILY",  IN_MONODONTIDAE,         "",       "Narwhals and belugas",                         "Narvals et bélugas",                  NULL},
    {"Montipora",                  "GENUS",   IN_ACROPORIDAE,          "II",     "Velvet corals",                                "Montipores",                          NULL},
    {"Moschidae",                  "FAMILY",  IN_MOSCHIDAE,            "",       "Musk deer",                                    "Cerfs porte-musc",                    NULL},
    {"Moschus",                    "GENUS",   IN_MOSCHIDAE,            "I/II",   "Musk deer",                                    "Cerfs porte-musc",                    NULL},
    {"Moschus moschiferus",        "SPECIES", IN_MOSCHIDAE,            "II",     "Siberian musk deer",                           "Cerf porte-musc de Sibérie",          NULL},
    {"Muscicapidae",               "FAMILY",  IN_MUSCICAPIDAE,         "",       "Old World flycatchers, thrushes and babblers", "Gobemouches",                         NULL},
    {"Musophagidae",               "FAMILY",  IN_MUSOPHAGIDAE,         "",       "Turacos",                                      "Touracos",                            NULL},
    {"Mustelidae",                 "FAMILY",  IN_MUSTELIDAE,           "",       "Otters and weasels",                           "Mustélidés",                          NULL},
    {"Myliobatiformes",            "ORDER",   ORDER_MYLIOBATIFORMES,   "",       "Stingrays and mantas",                         "Myliobatiformes",                     NULL},
    {"Myrtales",                   "ORDER",   ORDER_MYRTALES,          "",       "",                                             "",                                    NULL},
    {"Naja kaouthia",              "SPECIES", IN_ELAPIDAE,             "II",     "Monocled cobra",                               "Cobra à monocle",                     NULL},
    {"Naja naja",                  "SPECIES", IN_ELAPIDAE,             "II",     "Indian cobra",                                 "Cobra indien",                        NULL},
    {"Nardostachys grandiflora",   "SPECIES", IN_VALERIANACEAE,        "II",     "Spikenard",                                    "Nard de l'Himalaya",                  NULL},
    {"Nautilida",                  "ORDER",   ORDER_NAUTILIDA,         "",       "Nautiluses",                                   "Nautiles",                            NULL},
    {"Nautilidae",                 "FAMILY",  IN_NAUTILIDAE,           "",       "Nautiluses",                                   "Nautiles",                            NULL},
    {"Nautilus pompilius",         "SPECIES", IN_NAUTILIDAE,           "II",     "Chambered nautilus",                           "Nautile",                             NULL},
    {"Necrosyrtes monachus",       "SPECIES", IN_ACCIPITRIDAE,         "II",     "Hooded vulture",                               "Vautour charognard",                  NULL},
    {"Nectophrynoides",            "GENUS",   IN_BUFONIDAE,            "I",      "African viviparous toads",                     "Nectophrynoïdes",                     NULL},
    {"Neofelis diardi",            "SPECIES", IN_FELIDAE,              "I",      "Sunda clouded leopard",                        "Panthère nébuleuse de la Sonde",      NULL},
    {"Neofelis nebulosa",          "SPECIES", IN_FELIDAE,              "I",      "Clouded leopard",                              "Panthère nébuleuse",                  NULL},
    {"Nepenthaceae",               "FAMILY",  IN_NEPENTHACEAE,         "",       "Pitcher plants",                               "Népenthès",                           NULL},
    {"Nepenthales",                "ORDER",   ORDER_NEPENTHALES,       "",       "",                                             "",                                    NULL},
    {"Nepenthes",                  "GENUS",   IN_NEPENTHACEAE,         "I/II",   "Tropical pitcher plants",                      "Népenthès",                           NULL},
    {"Neurergus kaiseri",          "SPECIES", IN_SALAMANDRIDAE,        "I",      "Luristan newt",                                "Triton du Luristan",                  NULL},
    {"Nilssonia gangetica",        "SPECIES", IN_TRIONYCHIDAE,         "I",      "Indian softshell turtle",                      "Trionyx du Gange",                    NULL},
    {"Nomascus",                   "GENUS",   IN_HYLOBATIDAE,          "I",      "Crested gibbons",                              "Gibbons à crête",                     NULL},
    {"Nycticebus",                 "GENUS",   IN_LORISIDAE,            "I",      "Slow lorises",                                 "Loris lents",                         NULL},
    {"Nycticebus coucang",         "SPECIES", IN_LORISIDAE,            "I",      "Sunda slow loris",                             "Loris lent",                          NULL},
    {"Odobenidae",                 "FAMILY",  IN_ODOBENIDAE,           "",       "Walruses",                                     "Morses",                              NULL},
    {"Odobenus rosmarus",          "SPECIES", IN_ODOBENIDAE,           "III",    "Walrus",                                       "Morse",                               NULL},
    {"Oophaga",                    "GENUS",   IN_DENDROBATIDAE,        "II",     "Egg-feeding poison frogs",                     "Dendrobates oophages",                NULL},
    {"Oophaga pumilio",            "SPECIES", IN_DENDROBATIDAE,        "II",     "Strawberry poison frog",                       "Dendrobate fraise",                   NULL},
    {"Ophiophagus hannah",         "SPECIES", IN_ELAPIDAE,             "II",     "King cobra",                                   "Cobra royal",                         NULL},
    {"Orchidaceae",                "FAMILY",  IN_ORCHIDACEAE,          "",       "Orchids",                                      "Orchidées",                           NULL},
    {"Orchidales",                 "ORDER",   ORDER_ORCHIDALES,        "",       "",                                             "",                                    NULL},
    {"Orectolobiformes",           "ORDER",   ORDER_ORECTOLOBIFORMES,  "",       "Carpet sharks",                                "Orectolobiformes",                    NULL},
    {"Orlitia borneensis",         "SPECIES", IN_GEOEMYDIDAE,          "II",     "Malaysian giant turtle",                       "Tortue géante de Bornéo",             NULL},
    {"Ornithoptera alexandrae",    "SPECIES", IN_PAPILIONIDAE,         "I",      "Queen Alexandra's birdwing",                   "Ornithoptère de la reine Alexandra",  NULL},
    {"Orobanchaceae",              "FAMILY",  IN_OROBANCHACEAE,        "",       "Broomrapes",                                   "Orobanchacées",                       NULL},
    {"Oryx dammah",                "SPECIES", IN_BOVIDAE,              "I",      "Scimitar-horned oryx",                         "Oryx algazelle",                      NULL},
    {"Osteoglossidae",             "FAMILY",  IN_OSTEOGLOSSIDAE,       "",       "Arowanas",                                     "Ostéoglossidés",                      NULL},
    {"Osteoglossiformes",          "ORDER",   ORDER_OSTEOGLOSSIFORMES, "",       "Bonytongues",                                  "Ostéoglossiformes",                   NULL},
    {"Osteolaemus tetraspis",      "SPECIES", IN_CROCODYLIDAE,         "I",      "Dwarf crocodile",                              "Crocodile nain",                      NULL},
    {"Osyris lanceolata",          "SPECIES", IN_SANTALACEAE,          "II/N",   "East African sandalwood",                      "Santal d'Afrique orientale",          NULL},
    {"Otididae",                   "FAMILY",  IN_OTIDIDAE,             "",       "Bustards",                                     "Outardes",                            NULL},
    {"Ovis ammon",                 "SPECIES", IN_BOVIDAE,              "I/II",   "Argali",                                       "Argali",                              NULL},
    {"Pachypodium",                "GENUS",   IN_APOCYNACEAE,          "I/II",   "Elephant's trunks",                            "Pachypodes",                          NULL},
    {"Palmae",                     "FAMILY",  IN_PALMAE,               "",       "Palms",                                        "Palmiers",                            NULL},
    {"Pan",                        "GENUS",   IN_HOMINIDAE,            "I",      "Chimpanzees and bonobos",                      "Chimpanzés et bonobos",               NULL},
    {"Pan paniscus",               "SPECIES", IN_HOMINIDAE,            "I",      "Bonobo",                                       "Bonobo",                              NULL},
    {"Pan troglodytes",            "SPECIES", IN_HOMINIDAE,            "I",      "Chimpanzee",                                   "Chimpanzé",                           NULL},
    {"Panax ginseng",              "SPECIES", IN_ARALIACEAE,           "II/N",   "Asian ginseng",                                "Ginseng d'Asie",                      NULL},
    {"Panax quinquefolius",        "SPECIES", IN_ARALIACEAE,           "II",     "American ginseng",                             "Ginseng d'Amérique",                  NULL},
    {"Pandinus imperator",         "SPECIES", IN_SCORPIONIDAE,         "II",     "Emperor scorpion",                             "Scorpion empereur",                   NULL},
    {"Panthera",                   "GENUS",   IN_FELIDAE,              "I/II",   "Big cats",                                     "Panthères",                           NULL},
    {"Panthera leo",               "SPECIES", IN_FELIDAE,              "I/II",   "Lion",                                         "Lion",                                NULL},
    {"Panthera onca",              "SPECIES", IN_FELIDAE,              "I",      "Jaguar",                                       "Jaguar",                              NULL},
    {"Panthera pardus",            "SPECIES", IN_FELIDAE,              "I",      "Leopard",                                      "Léopard",                             NULL},
    {"Panthera tigris",            "SPECIES", IN_FELIDAE,              "I",      "Tiger",                                        "Tigre",                               NULL},
    {"Panthera uncia",             "SPECIES", IN_FELIDAE,              "I",      "Snow leopard",                                 "Panthère des neiges",                 NULL},
    {"Pantholops hodgsonii",       "SPECIES", IN_BOVIDAE,              "I",      "Tibetan antelope",                             "Antilope du Tibet",                   NULL},
    {"Paphiopedilum",              "GENUS",   IN_ORCHIDACEAE,          "I",      "Asian slipper orchids",                        "Sabots-de-Vénus asiatiques",          NULL},
    {"Papilionidae",               "FAMILY",  IN_PAPILIONIDAE,         "",       "Swallowtail butterflies",                      "Papilionidés",                        NULL},
    {"Papio anubis",               "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Olive baboon",                                 "Babouin olive",                       NULL},
    {"Papio cynocephalus",         "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Yellow baboon",                                "Babouin jaune",                       NULL},
    {"Papio hamadryas",            "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Hamadryas baboon",                             "Babouin hamadryas",                   NULL},
    {"Papio ursinus",              "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Chacma baboon",                                "Babouin chacma",                      NULL},
    {"Paradisaea apoda",           "SPECIES", IN_PARADISAEIDAE,        "II",     "Greater bird-of-paradise",                     "Paradisier grand-émeraude",           NULL},
    {"Paradisaeidae",              "FAMILY",  IN_PARADISAEIDAE,        "",       "Birds of paradise",                            "Paradisiers",                         NULL},
    {"Paramesotriton",             "GENUS",   IN_SALAMANDRIDAE,        "II",     "Warty newts",                                  "Tritons verruqueux",                  NULL},
    {"Passeriformes",              "ORDER",   ORDER_PASSERIFORMES,     "",       "Songbirds",                                    "Passereaux",                          NULL},
    {"Pavo muticus",               "SPECIES", IN_PHASIANIDAE,          "II",     "Green peafowl",                                "Paon spicifère",                      NULL},
    {"Perciformes",                "ORDER",   ORDER_PERCIFORMES,       "",       "Perch-like fishes",                            "Perciformes",                         NULL},
    {"Pericopsis elata",           "SPECIES", IN_LEGUMINOSAE,          "II",     "Afrormosia",                                   "Afrormosia",                          NULL},
    {"Perissodactyla",             "ORDER",   ORDER_PERISSODACTYLA,    "",       "Odd-toed ungulates",                           "Périssodactyles",                     NULL},
    {"Perodicticus potto",         "SPECIES", IN_LORISIDAE,            "II",     "Potto",                                        "Potto",                               NULL},
    {"Phasianidae",                "FAMILY",  IN_PHASIANIDAE,          "",       "Pheasants",                                    "Phasianidés",                         NULL},
    {"Phataginus",                 "GENUS",   IN_MANIDAE,              "I",      "African tree pangolins",                       "Pangolins arboricoles",               "Manis"},
    {"Phataginus tetradactyla",    "SPECIES", IN_MANIDAE,              "I",      "Black-bellied pangolin",                       "Pangolin à longue queue",             "Manis tetradactyla"},
    {"Phataginus tricuspis",       "SPECIES", IN_MANIDAE,              "I",      "White-bellied pangolin",                       "Pangolin à écailles tricuspides",     "Manis tricuspis"},
    {"Phelsuma",                   "GENUS",   IN_GEKKONIDAE,           "II",     "Day geckos",                                   "Geckos diurnes",                      NULL},
    {"Phelsuma madagascariensis",  "SPECIES", IN_GEKKONIDAE,           "II",     "Madagascar day gecko",                         "Gecko diurne de Madagascar",          NULL},
    {"Phoeniconaias minor",        "SPECIES", IN_PHOENICOPTERIDAE,     "II",     "Lesser flamingo",                              "Flamant nain",                        NULL},
    {"Phoenicopteridae",           "FAMILY",  IN_PHOENICOPTERIDAE,     "",       "Flamingos",                                    "Flamants",                            NULL},
    {"Phoenicopterus ruber",       "SPECIES", IN_PHOENICOPTERIDAE,     "II",     "American flamingo",                            "Flamant des Caraïbes",                NULL},
    {"Pholidota",                  "ORDER",   ORDER_PHOLIDOTA,         "",       "Pangolins",                                    "Pangolins",                           NULL},
    {"Phragmipedium",              "GENUS",   IN_ORCHIDACEAE,          "I",      "American slipper orchids",                     "Sabots-de-Vénus américains",          NULL},
    {"Phyllobates",                "GENUS",   IN_DENDROBATIDAE,        "II",     "Golden poison frogs",                          "Phyllobates",                         NULL},
    {"Phyllobates terribilis",     "SPECIES", IN_DENDROBATIDAE,        "II",     "Golden poison frog",                           "Phyllobate terrible",                 NULL},
    {"Physeter macrocephalus",     "SPECIES", IN_PHYSETERIDAE,         "I",      "Sperm whale",                                  "Cachalot",                            NULL},
    {"Physeteridae",               "FAMILY",  IN_PHYSETERIDAE,         "",       "Sperm whales",                                 "Cachalots",                           NULL},
    {"Piciformes",                 "ORDER",   ORDER_PICIFORMES,        "",       "Toucans and woodpeckers",                      "Piciformes",                          NULL},
    {"Pilosa",                     "ORDER",   ORDER_PILOSA,            "",       "Sloths and anteaters",                         "Paresseux et fourmiliers",            NULL},
    {"Pinales",                    "ORDER",   ORDER_PINALES,           "",       "",                                             "",                                    NULL},
    {"Podocnemididae",             "FAMILY",  IN_PODOCNEMIDIDAE,       "",       "Side-necked river turtles",                    "Podocnémides",                        NULL},
    {"Podocnemis unifilis",        "SPECIES", IN_PODOCNEMIDIDAE,       "II",     "Yellow-spotted river turtle",                  "Podocnémide de Cayenne",              NULL},
    {"Poecilotheria",              "GENUS",   IN_THERAPHOSIDAE,        "II",     "Ornamental tarantulas",                        "Mygales ornementales",                NULL},
    {"Poicephalus gulielmi",       "SPECIES", IN_PSITTACIDAE,          "II",     "Red-fronted parrot",                           "Perroquet à calotte rouge",           NULL},
    {"Poicephalus meyeri",         "SPECIES", IN_PSITTACIDAE,          "II",     "Meyer's parrot",                               "Perroquet de Meyer",                  NULL},
    {"Poicephalus robustus",       "SPECIES", IN_PSITTACIDAE,          "II",     "Cape parrot",                                  "Perroquet robuste",                   NULL},
    {"Poicephalus senegalus",      "SPECIES", IN_PSITTACIDAE,          "II",     "Senegal parrot",                               "Perroquet youyou",                    NULL},
    {"Polyodon spathula",          "SPECIES", IN_POLYODONTIDAE,        "II",     "Paddlefish",                                   "Spatule",                             NULL},
    {"Polyodontidae",              "FAMILY",  IN_POLYODONTIDAE,        "",       "Paddlefishes",                                 "Spatules",                            NULL},
    {"Pomacanthidae",              "FAMILY",  IN_POMACANTHIDAE,        "",       "Angelfishes",                                  "Poissons-anges",                      NULL},
    {"Pongo",                      "GENUS",   IN_HOMINIDAE,            "I",      "Orangutans",                                   "Orangs-outans",                       NULL},
    {"Pongo abelii",               "SPECIES", IN_HOMINIDAE,            "I",      "Sumatran orangutan",                           "Orang-outan de Sumatra",              NULL},
    {"Pongo pygmaeus",             "SPECIES", IN_HOMINIDAE,            "I",      "Bornean orangutan",                            "Orang-outan de Bornéo",               NULL},
    {"Porites",                    "GENUS",   IN_PORITIDAE,            "II",     "Finger corals",                                "Porites",                             NULL},
    {"Poritidae",                  "FAMILY",  IN_PORITIDAE,            "",       "Finger corals",                                "Poritidés",                           NULL},
    {"Potamotrygon",               "GENUS",   IN_POTAMOTRYGONIDAE,     "II/III", "Freshwater stingrays",                         "Raies d'eau douce",                   NULL},
    {"Potamotrygonidae",           "FAMILY",  IN_POTAMOTRYGONIDAE,     "",       "Freshwater stingrays",                         "Raies d'eau douce",                   NULL},
    {"Primates",                   "ORDER",   ORDER_PRIMATES,          "",       "Primates",                                     "Primates",                            NULL},
    {"Prionace glauca",            "SPECIES", IN_CARCHARHINIDAE,       "II",     "Blue shark",                                   "Requin peau bleue",                   NULL},
    {"Prionailurus bengalensis",   "SPECIES", IN_FELIDAE,              "I/II",   "Leopard cat",                                  "Chat-léopard du Bengale",             NULL},
    {"Pristidae",                  "FAMILY",  IN_PRISTIDAE,            "",       "Sawfishes",                                    "Poissons-scies",                      NULL},
    {"Pristiformes",               "ORDER",   ORDER_PRISTIFORMES,      "",       "Sawfishes",                                    "Poissons-scies",                      NULL},
    {"Pristis",                    "GENUS",   IN_PRISTIDAE,            "I",      "Sawfishes",                                    "Poissons-scies",                      NULL},
    {"Pristis pristis",            "SPECIES", IN_PRISTIDAE,            "I",      "Largetooth sawfish",                           "Poisson-scie commun",                 NULL},
    {"Proboscidea",                "ORDER",   ORDER_PROBOSCIDEA,       "",       "Elephants",                                    "Éléphants",                           NULL},
    {"Probosciger aterrimus",      "SPECIES", IN_CACATUIDAE,           "I",      "Palm cockatoo",                                "Cacatoès noir",                       NULL},
    {"Propithecus",                "GENUS",   IN_INDRIIDAE,            "I",      "Sifakas",                                      "Propithèques",                        NULL},
    {"Prunus africana",            "SPECIES", IN_ROSACEAE,             "II",     "African cherry",                               "Prunier d'Afrique",                   NULL},
    {"Psittacidae",                "FAMILY",  IN_PSITTACIDAE,          "",       "Parrots",                                      "Perroquets",                          NULL},
    {"Psittaciformes",             "ORDER",   ORDER_PSITTACIFORMES,    "",       "Parrots",                                      "Psittaciformes",                      NULL},
    {"Psittacula krameri",         "SPECIES", IN_PSITTACIDAE,          "N",      "Rose-ringed parakeet",                         "Perruche à collier",                  NULL},
    {"Psittacus",                  "GENUS",   IN_PSITTACIDAE,          "I",      "Grey parrots",                                 "Perroquets gris",                     NULL},
    {"Psittacus erithacus",        "SPECIES", IN_PSITTACIDAE,          "I",      "African grey parrot",                          "Perroquet jaco",                      NULL},
    {"Psittacus timneh",           "SPECIES", IN_PSITTACIDAE,          "I",      "Timneh parrot",                                "Perroquet timneh",                    "Psittacus erithacus"},
    {"Pterocarpus erinaceus",      "SPECIES", IN_LEGUMINOSAE,          "II",     "Kosso",                                        "Vène",                                NULL},
    {"Pterocarpus santalinus",     "SPECIES", IN_LEGUMINOSAE,          "II",     "Red sandalwood",                               "Santal rouge",                        NULL},
    {"Pterocarpus tinctorius",     "SPECIES", IN_LEGUMINOSAE,          "II",     "Mukula",                                       "Mukula",                              NULL},
    {"Pteropodidae",               "FAMILY",  IN_PTEROPODIDAE,         "",       "Flying foxes",                                 "Roussettes",                          NULL},
    {"Pteropus",                   "GENUS",   IN_PTEROPODIDAE,         "I/II/N", "Flying foxes",                                 "Roussettes",                          NULL},
    {"Ptyas mucosus",              "SPECIES", IN_COLUBRIDAE,           "II",     "Oriental rat snake",                           "Serpent ratier indien",               NULL},
    {"Puma concolor",              "SPECIES", IN_FELIDAE,              "I/II",   "Puma",                                         "Puma",                                NULL},
    {"Pycnonotidae",               "FAMILY",  IN_PYCNONOTIDAE,         "",       "Bulbuls",                                      "Bulbuls",                             NULL},
    {"Pycnonotus zeylanicus",      "SPECIES", IN_PYCNONOTIDAE,         "I",      "Straw-headed bulbul",                          "Bulbul à tête jaune",                 NULL},
    {"Python bivittatus",          "SPECIES", IN_PYTHONIDAE,           "II",     "Burmese python",                               "Python birman",                       NULL},
    {"Python breitensteini",       "SPECIES", IN_PYTHONIDAE,           "II",     "Borneo short-tailed python",                   "Python malais de Bornéo",             NULL},
    {"Python brongersmai",         "SPECIES", IN_PYTHONIDAE,           "II",     "Blood python",                                 "Python sanguin",                      NULL},
    {"Python molurus",             "SPECIES", IN_PYTHONIDAE,           "I/II",   "Indian python",                                "Python indien",                       NULL},
    {"Python regius",              "SPECIES", IN_PYTHONIDAE,           "II",     "Ball python",                                  "Python royal",                        NULL},
    {"Python reticulatus",         "SPECIES", IN_PYTHONIDAE,           "II",     "Reticulated python",                           "Python réticulé",                     "Malayopython reticulatus"},
    {"Python sebae",               "SPECIES", IN_PYTHONIDAE,           "II",     "African rock python",                          "Python de Seba",                      NULL},
    {"Pythonidae",                 "FAMILY",  IN_PYTHONIDAE,           "",       "Pythons",                                      "Pythons",                             NULL},
    {"Pyxis arachnoides",          "SPECIES", IN_TESTUDINIDAE,         "I",      "Spider tortoise",                              "Tortue-araignée",                     NULL},
    {"Pyxis planicauda",           "SPECIES", IN_TESTUDINIDAE,         "I",      "Flat-tailed tortoise",                         "Tortue à queue plate",                NULL},
    {"Ramphastidae",               "FAMILY",  IN_RAMPHASTIDAE,         "",       "Toucans",                                      "Toucans",                             NULL},
    {"Ramphastos toco",            "SPECIES", IN_RAMPHASTIDAE,         "II",     "Toco toucan",                                  "Toucan toco",                         NULL},
    {"Rana catesbeiana",           "SPECIES", IN_RANIDAE,              "N",      "American bullfrog",                            "Grenouille-taureau",                  "Lithobates catesbeianus"},
    {"Ranidae",                    "FAMILY",  IN_RANIDAE,              "",       "True frogs",                                   "Grenouilles",                         NULL},
    {"Ranitomeya",                 "GENUS",   IN_DENDROBATIDAE,        "II",     "Thumbnail poison frogs",                       "Ranitomeyas",                         NULL},
    {"Rauvolfia serpentina",       "SPECIES", IN_APOCYNACEAE,          "II",     "Indian snakeroot",                             "Rauvolfie",                           NULL},
    {"Reptilia",                   "CLASS",   CLASS_REPTILIA,          "",       "Reptiles",                                     "Reptiles",                            NULL},
    {"Rhampholeon",                "GENUS",   IN_CHAMAELEONIDAE,       "II",     "African leaf chameleons",                      "Caméléons nains d'Afrique",           NULL},
    {"Rhincodon typus",            "SPECIES", IN_RHINCODONTIDAE,       "II",     "Whale shark",                                  "Requin-baleine",                      NULL},
    {"Rhincodontidae",             "FAMILY",  IN_RHINCODONTIDAE,       "",       "Whale sharks",                                 "Requins-baleines",                    NULL},
    {"Rhinidae",                   "FAMILY",  IN_RHINIDAE,             "",       "Wedgefishes",                                  "Rhinidés",                            NULL},
    {"Rhinoceros sondaicus",       "SPECIES", IN_RHINOCEROTIDAE,       "I",      "Javan rhinoceros",                             "Rhinocéros de la Sonde",              NULL},
    {"Rhinoceros unicornis",       "SPECIES", IN_RHINOCEROTIDAE,       "I",      "Indian rhinoceros",                            "Rhinocéros de l'Inde",                NULL},
    {"Rhinocerotidae",             "FAMILY",  IN_RHINOCEROTIDAE,       "",       "Rhinoceroses",                                 "Rhinocéros",                          NULL},
    {"Rhinoplax vigil",            "SPECIES", IN_BUCEROTIDAE,          "I",      "Helmeted hornbill",                            "Calao à casque rond",                 NULL},
    {"Rhinopristiformes",          "ORDER",   ORDER_RHINOPRISTIFORMES, "",       "Guitarfishes and wedgefishes",                 "Guitares de mer",                     NULL},
    {"Rhodiola",                   "GENUS",   IN_ROSACEAE,             "II",     "Rhodiolas",                                    "Rhodioles",                           NULL},
    {"Rhynchobatus",               "GENUS",   IN_RHINIDAE,             "II",     "Wedgefishes",                                  "Poissons-paille",                     NULL},
    {"Rieppeleon",                 "GENUS",   IN_CHAMAELEONIDAE,       "II",     "African stump-tailed chameleons",              "Caméléons Rieppeleon",                NULL},
    {"Rosaceae",                   "FAMILY",  IN_ROSACEAE,             "",       "Roses, with African cherry",                   "Rosacées",                            NULL},
    {"Rosales",                    "ORDER",   ORDER_ROSALES,           "",       "",                                             "",                                    NULL},
    {"Rucervus eldii",             "SPECIES", IN_CERVIDAE,             "I",      "Eld's deer",                                   "Cerf d'Eld",                          NULL},
    {"Sagittariidae",              "FAMILY",  IN_SAGITTARIIDAE,        "",       "Secretarybirds",                               "Messagers sagittaires",               NULL},
    {"Sagittarius serpentarius",   "SPECIES", IN_SAGITTARIIDAE,        "II",     "Secretarybird",                                "Messager sagittaire",                 NULL},
    {"Saguinus oedipus",           "SPECIES", IN_CEBIDAE,              "I",      "Cotton-top tamarin",                           "Tamarin pinché",                      NULL},
    {"Saiga tatarica",             "SPECIES", IN_BOVIDAE,              "II",     "Saiga antelope",                               "Saïga",                               NULL},
    {"Saimiri sciureus",           "SPECIES", IN_CEBIDAE,              "II",     "Squirrel monkey",                              "Singe-écureuil",                      NULL},
    {"Salamandridae",              "FAMILY",  IN_SALAMANDRIDAE,        "",       "Newts",                                        "Salamandridés",                       NULL},
    {"Santalaceae",                "FAMILY",  IN_SANTALACEAE,          "",       "Sandalwoods",                                  "Santalacées",                         NULL},
    {"Santalales",                 "ORDER",   ORDER_SANTALALES,        "",       "",                                             "",                                    NULL},
    {"Santalum album",             "SPECIES", IN_SANTALACEAE,          "N",      "Indian sandalwood",                            "Santal blanc",                        NULL},
    {"Sanzinia madagascariensis",  "SPECIES", IN_BOIDAE,               "I",      "Madagascar tree boa",                          "Boa des forêts de Madagascar",        NULL},
    {"Sapindales",                 "ORDER",   ORDER_SAPINDALES,        "",       "",                                             "",                                    NULL},
    {"Sauria",                     "ORDER",   ORDER_SAURIA,            "",       "Lizards",                                      "Lézards",                             NULL},
    {"Saussurea costus",           "SPECIES", IN_COMPOSITAE,           "I",      "Costus",                                       "Costus",                              NULL},
    {"Scaphiophryne gottlebei",    "SPECIES", IN_MICROHYLIDAE,         "II",     "Red rain frog",                                "Scaphiophryne de Gottlebe",           NULL},
    {"Sciaenidae",                 "FAMILY",  IN_SCIAENIDAE,           "",       "Croakers",                                     "Sciaenidés",                          NULL},
    {"Scleractinia",               "ORDER",   ORDER_SCLERACTINIA,      "",       "Stony corals",                                 "Coraux durs",                         NULL},
    {"Scleropages formosus",       "SPECIES", IN_OSTEOGLOSSIDAE,       "I",      "Asian arowana",                                "Scléropage d'Asie",                   NULL},
    {"Scorpiones",                 "ORDER",   ORDER_SCORPIONES,        "",       "Scorpions",                                    "Scorpions",                           NULL},
    {"Scorpionidae",               "FAMILY",  IN_SCORPIONIDAE,         "",       "Scorpions",                                    "Scorpions",                           NULL},
    {"Scrophulariales",            "ORDER",   ORDER_SCROPHULARIALES,   "",       "",                                             "",                                    NULL},
    {"Serpentes",                  "ORDER",   ORDER_SERPENTES,         "",       "Snakes",                                       "Serpents",                            NULL},
    {"Shinisauridae",              "FAMILY",  IN_SHINISAURIDAE,        "",       "Crocodile lizards",                            "Lézards crocodiles",                  NULL},
    {"Shinisaurus crocodilurus",   "SPECIES", IN_SHINISAURIDAE,        "I",      "Chinese crocodile lizard",                     "Lézard crocodile de Chine",           NULL},
    {"Sirenia",                    "ORDER",   ORDER_SIRENIA,           "",       "Sea cows",                                     "Siréniens",                           NULL},
    {"Smaug giganteus",            "SPECIES", IN_CORDYLIDAE,           "II",     "Giant girdled lizard",                         "Cordyle géant",                       NULL},
    {"Smutsia",                    "GENUS",   IN_MANIDAE,              "I",      "African ground pangolins",                     "Pangolins terrestres",                "Manis"},
    {"Smutsia gigantea",           "SPECIES", IN_MANIDAE,              "I",      "Giant ground pangolin",                        "Pangolin géant",                      "Manis gigantea"},
    {"Smutsia temminckii",         "SPECIES", IN_MANIDAE,              "I",      "Temminck's ground pangolin",                   "Pangolin de Temminck",                "Manis temminckii"},
    {"Sphyrna",                    "GENUS",   IN_SPHYRNIDAE,           "II",     "Hammerhead sharks",                            "Requins-marteaux",                    NULL},
    {"Sphyrna lewini",             "SPECIES", IN_SPHYRNIDAE,           "II",     "Scalloped hammerhead",                         "Requin-marteau halicorne",            NULL},
    {"Sphyrna mokarran",           "SPECIES", IN_SPHYRNIDAE,           "II",     "Great hammerhead",                             "Grand requin-marteau",                NULL},
    {"Sphyrna zygaena",            "SPECIES", IN_SPHYRNIDAE,           "II",     "Smooth hammerhead",                            "Requin-marteau commun",               NULL},
    {"Sphyrnidae",                 "FAMILY",  IN_SPHYRNIDAE,           "",       "Hammerhead sharks",                            "Requins-marteaux",                    NULL},
    {"Stangeria eriopus",          "SPECIES", IN_STANGERIACEAE,        "I",      "Natal grass cycad",                            "Stangérie",                           NULL},
    {"Stangeriaceae",              "FAMILY",  IN_STANGERIACEAE,        "",       "Stangerias",                                   "Stangériacées",                       NULL},
    {"Stephanoaetus coronatus",    "SPECIES", IN_ACCIPITRIDAE,         "II",     "Crowned eagle",                                "Aigle couronné",                      NULL},
    {"Stichopodidae",              "FAMILY",  IN_STICHOPODIDAE,        "",       "Sea cucumbers",                                "Stichopodidés",                       NULL},
    {"Stigmochelys pardalis",      "SPECIES", IN_TESTUDINIDAE,         "II",     "Leopard tortoise",                             "Tortue léopard",                      NULL},
    {"Stolonifera",                "ORDER",   ORDER_STOLONIFERA,       "",       "Organ-pipe corals",                            "Stolonifères",                        NULL},
    {"Strigidae",                  "FAMILY",  IN_STRIGIDAE,            "",       "Owls",                                         "Hiboux et chouettes",                 NULL},
    {"Strigiformes",               "ORDER",   ORDER_STRIGIFORMES,      "",       "Owls",                                         "Rapaces nocturnes",                   NULL},
    {"Strombidae",                 "FAMILY",  IN_STROMBIDAE,           "",       "Conchs",                                       "Strombes",                            NULL},
    {"Strombus gigas",             "SPECIES", IN_STROMBIDAE,           "II",     "Queen conch",                                  "Strombe géant",                       NULL},
    {"Struthio camelus",           "SPECIES", IN_STRUTHIONIDAE,        "I/N",    "Ostrich",                                      "Autruche d'Afrique",                  NULL},
    {"Struthionidae",              "FAMILY",  IN_STRUTHIONIDAE,        "",       "Ostriches",                                    "Autruches",                           NULL},
    {"Struthioniformes",           "ORDER",   ORDER_STRUTHIONIFORMES,  "",       "Ostriches",                                    "Autruches",                           NULL},
    {"Sturnidae",                  "FAMILY",  IN_STURNIDAE,            "",       "Starlings and mynas",                          "Étourneaux et mainates",              NULL},
    {"Swietenia macrophylla",      "SPECIES", IN_MELIACEAE,            "II/N",   "Big-leaf mahogany",                            "Acajou à grandes feuilles",           NULL},
    {"Swietenia mahagoni",         "SPECIES", IN_MELIACEAE,            "II",     "Small-leaf mahogany",                          "Acajou de Cuba",                      NULL},
    {"Symphalangus syndactylus",   "SPECIES", IN_HYLOBATIDAE,          "I",      "Siamang",                                      "Siamang",                             NULL},
    {"Syngnathidae",               "FAMILY",  IN_SYNGNATHIDAE,         "",       "Seahorses and pipefishes",                     "Hippocampes et syngnathes",           NULL},
    {"Syngnathiformes",            "ORDER",   ORDER_SYNGNATHIFORMES,   "",       "Seahorses and pipefishes",                     "Hippocampes et syngnathes",           NULL},
    {"Tauraco fischeri",           "SPECIES", IN_MUSOPHAGIDAE,         "II",     "Fischer's turaco",                             "Touraco de Fischer",                  NULL},
    {"Taxaceae",                   "FAMILY",  IN_TAXACEAE,             "",       "Yews",                                         "Ifs",                                 NULL},
    {"Taxus wallichiana",          "SPECIES", IN_TAXACEAE,             "II",     "Himalayan yew",                                "If de l'Himalaya",                    NULL},
    {"Telmatobiidae",              "FAMILY",  IN_TELMATOBIIDAE,        "",       "Water frogs",                                  "Télmatobiidés",                       NULL},
    {"Telmatobius culeus",         "SPECIES", IN_TELMATOBIIDAE,        "I",      "Titicaca water frog",                          "Grenouille géante du lac Titicaca",   NULL},
    {"Terrapene carolina",         "SPECIES", IN_EMYDIDAE,             "II",     "Eastern box turtle",                           "Tortue-boîte de Caroline",            NULL},
    {"Testudines",                 "ORDER",   ORDER_TESTUDINES,        "",       "Tortoises and turtles",                        "Tortues",                             NULL},
    {"Testudinidae",               "FAMILY",  IN_TESTUDINIDAE,         "",       "Tortoises",                                    "Tortues terrestres",                  NULL},
    {"Testudo graeca",             "SPECIES", IN_TESTUDINIDAE,         "II",     "Spur-thighed tortoise",                        "Tortue grecque",                      NULL},
    {"Testudo hermanni",           "SPECIES", IN_TESTUDINIDAE,         "II",     "Hermann's tortoise",                           "Tortue d'Hermann",                    NULL},
    {"Testudo horsfieldii",        "SPECIES", IN_TESTUDINIDAE,         "II",     "Horsfield's tortoise",                         "Tortue d'Horsfield",                  NULL},
    {"Testudo kleinmanni",         "SPECIES", IN_TESTUDINIDAE,         "I",      "Egyptian tortoise",                            "Tortue de Kleinmann",                 NULL},
    {"Thelenota ananas",           "SPECIES", IN_STICHOPODIDAE,        "II",     "Pineapple sea cucumber",                       "Holothurie ananas",                   NULL},
    {"Theraphosidae",              "FAMILY",  IN_THERAPHOSIDAE,        "",       "Tarantulas",                                   "Mygales",                             NULL},
    {"Theropithecus gelada",       "SPECIES", IN_CERCOPITHECIDAE,      "II",     "Gelada",                                       "Gélada",                              NULL},
    {"Thymelaeaceae",              "FAMILY",  IN_THYMELAEACEAE,        "",       "Agarwoods and ramin",                          "Thyméléacées",                        NULL},
    {"Totoaba macdonaldi",         "SPECIES", IN_SCIAENIDAE,           "I",      "Totoaba",                                      "Totoaba",                             NULL},
    {"Tragelaphus eurycerus",      "SPECIES", IN_BOVIDAE,              "N",      "Bongo",                                        "Bongo",                               NULL},
    {"Tremarctos ornatus",         "SPECIES", IN_URSIDAE,              "I",      "Spectacled bear",                              "Ours à lunettes",                     NULL},
    {"Trichechidae",               "FAMILY",  IN_TRICHECHIDAE,         "",       "Manatees",                                     "Lamantins",                           NULL},
    {"Trichechus senegalensis",    "SPECIES", IN_TRICHECHIDAE,         "I",      "African manatee",                              "Lamantin d'Afrique",                  NULL},
    {"Tridacna",                   "GENUS",   IN_TRIDACNIDAE,          "II",     "Giant clams",                                  "Bénitiers",                           NULL},
    {"Tridacna crocea",            "SPECIES", IN_TRIDACNIDAE,          "II",     "Crocus clam",                                  "Bénitier crocus",                     NULL},
    {"Tridacna derasa",            "SPECIES", IN_TRIDACNIDAE,          "II",     "Southern giant clam",                          "Bénitier lisse",                      NULL},
    {"Tridacna gigas",             "SPECIES", IN_TRIDACNIDAE,          "II",     "Giant clam",                                   "Bénitier géant",                      NULL},
    {"Tridacna maxima",            "SPECIES", IN_TRIDACNIDAE,          "II",     "Small giant clam",                             "Petit bénitier",                      NULL},
    {"Tridacna squamosa",          "SPECIES", IN_TRIDACNIDAE,          "II",     "Scaly clam",                                   "Bénitier gaufré",                     NULL},
    {"Tridacnidae",                "FAMILY",  IN_TRIDACNIDAE,          "",       "Giant clams",                                  "Bénitiers",                           NULL},
    {"Trioceros",                  "GENUS",   IN_CHAMAELEONIDAE,       "II",     "Horned chameleons",                            "Caméléons à cornes",                  NULL},
    {"Trioceros jacksonii",        "SPECIES", IN_CHAMAELEONIDAE,       "II",     "Jackson's chameleon",                          "Caméléon de Jackson",                 NULL},
    {"Trionychidae",               "FAMILY",  IN_TRIONYCHIDAE,         "",       "Softshell turtles",                            "Tortues à carapace molle",            NULL},
    {"Trionyx triunguis",          "SPECIES", IN_TRIONYCHIDAE,         "II",     "African softshell turtle",                     "Trionyx du Nil",                      NULL},
    {"Trochilidae",                "FAMILY",  IN_TROCHILIDAE,          "",       "Hummingbirds",                                 "Colibris",                            NULL},
    {"Troides",                    "GENUS",   IN_PAPILIONIDAE,         "II",     "Birdwing butterflies",                         "Ornithoptères",                       NULL},
    {"Tubipora musica",            "SPECIES", IN_TUBIPORIDAE,          "II",     "Organ-pipe coral",                             "Corail orgue",                        NULL},
    {"Tubiporidae",                "FAMILY",  IN_TUBIPORIDAE,          "",       "Organ-pipe corals",                            "Tubiporidés",                         NULL},
    {"Tylototriton",               "GENUS",   IN_SALAMANDRIDAE,        "II",     "Crocodile newts",                              "Tritons crocodiles",                  NULL},
    {"Tyto alba",                  "SPECIES", IN_TYTONIDAE,            "II",     "Barn owl",                                     "Effraie des clochers",                NULL},
    {"Tytonidae",                  "FAMILY",  IN_TYTONIDAE,            "",       "Barn owls",                                    "Effraies",                            NULL},
    {"Uncia uncia",                "SPECIES", IN_FELIDAE,              "I",      "Snow leopard",                                 "Panthère des neiges",                 "Panthera uncia"},
    {"Uromastyx",                  "GENUS",   IN_AGAMIDAE,             "II",     "Spiny-tailed lizards",                         "Fouette-queues",                      NULL},
    {"Uroplatus",                  "GENUS",   IN_GEKKONIDAE,           "II",     "Leaf-tailed geckos",                           "Geckos à queue plate",                NULL},
    {"Ursidae",                    "FAMILY",  IN_URSIDAE,              "",       "Bears",                                        "Ours",                                NULL},
    {"Ursus americanus",           "SPECIES", IN_URSIDAE,              "II",     "American black bear",                          "Ours noir d'Amérique",                NULL},
    {"Ursus arctos",               "SPECIES", IN_URSIDAE,              "I/II",   "Brown bear",                                   "Ours brun",                           NULL},
    {"Ursus maritimus",            "SPECIES", IN_URSIDAE,              "II",     "Polar bear",                                   "Ours polaire",                        NULL},
    {"Ursus thibetanus",           "SPECIES", IN_URSIDAE,              "I",      "Asiatic black bear",                           "Ours noir d'Asie",                    NULL},
    {"Valerianaceae",              "FAMILY",  IN_VALERIANACEAE,        "",       "Valerians",                                    "Valérianacées",                       NULL},
    {"Vanda",                      "GENUS",   IN_ORCHIDACEAE,          "II",     "Vandas",                                       "Vandas",                              NULL},
    {"Varanidae",                  "FAMILY",  IN_VARANIDAE,            "",       "Monitor lizards",                              "Varans",                              NULL},
    {"Varanus albigularis",        "SPECIES", IN_VARANIDAE,            "II",     "White-throated monitor",                       "Varan à gorge blanche",               NULL},
    {"Varanus bengalensis",        "SPECIES", IN_VARANIDAE,            "I",      "Bengal monitor",                               "Varan du Bengale",                    NULL},
    {"Varanus exanthematicus",     "SPECIES", IN_VARANIDAE,            "II",     "Savannah monitor",                             "Varan des savanes",                   NULL},
    {"Varanus komodoensis",        "SPECIES", IN_VARANIDAE,            "I",      "Komodo dragon",                                "Dragon de Komodo",                    NULL},
    {"Varanus niloticus",          "SPECIES", IN_VARANIDAE,            "II",     "Nile monitor",                                 "Varan du Nil",                        NULL},
    {"Varanus salvator",           "SPECIES", IN_VARANIDAE,            "II",     "Water monitor",                                "Varan malais",                        NULL},
    {"Varecia variegata",          "SPECIES", IN_LEMURIDAE,            "I",      "Black-and-white ruffed lemur",                 "Vari noir et blanc",                  NULL},
    {"Venerida",                   "ORDER",   ORDER_VENERIDA,          "",       "Venus and giant clams",                        "Palourdes et bénitiers",              NULL},
    {"Vicugna vicugna",            "SPECIES", IN_CAMELIDAE,            "I/II",   "Vicuña",                                       "Vigogne",                             NULL},
    {"Viperidae",                  "FAMILY",  IN_VIPERIDAE,            "",       "Vipers",                                       "Vipères",                             NULL},
    {"Viverridae",                 "FAMILY",  IN_VIVERRIDAE,           "",       "Civets",                                       "Viverridés",                          NULL},
    {"Vulpes zerda",               "SPECIES", IN_CANIDAE,              "II",     "Fennec fox",                                   "Fennec",                              NULL},
    {"Welwitschia mirabilis",      "SPECIES", IN_WELWITSCHIACEAE,      "II",     "Welwitschia",                                  "Welwitschia",                         NULL},
    {"Welwitschiaceae",            "FAMILY",  IN_WELWITSCHIACEAE,      "",       "Welwitschias",                                 "Welwitschias",                        NULL},
    {"Widdringtonia whytei",       "SPECIES", IN_CUPRESSACEAE,         "II",     "Mulanje cedar",                                "Cèdre du Mulanje",                    NULL},
    {"Zamia",                      "GENUS",   IN_ZAMIACEAE,            "I/II",   "Zamias",                                       "Zamias",                              NULL},
    {"Zamiaceae",                  "FAMILY",  IN_ZAMIACEAE,            "",       "Zamias and African cycads",                    "Zamiacées",                           NULL},
    {"Zygophyllaceae",             "FAMILY",  IN_ZYGOPHYLLACEAE,       "",       "Lignum vitae",                                 "Zygophyllacées",                      NULL},
};
/* clang-format on */

const size_t taxa_table_count = sizeof taxa_table / sizeof *taxa_table;
