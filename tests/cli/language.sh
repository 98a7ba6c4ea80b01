#!/usr/bin/env bash
#
# The command line speaks French and Portuguese, also where the locale itself is not installed, and completely.
# shellcheck source=tests/cli/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

for po in "$INAMA_DATADIR"/po/*.po; do
    expect 0 msgfmt --check -o /dev/null "$po"
    [[ -z $(msgattrib --untranslated --only-fuzzy "$po" 2>/dev/null) ]] || fail "$po has gaps"
done

[[ -e ${INAMA_LOCALEDIR:-}/fr/LC_MESSAGES/inama.mo ]] || skip "the catalogues are not built"
expect 0 env LANGUAGE=fr inama help
has "$OUT" "administrations douanières" "afficher la version"
expect 0 env LC_ALL=pt_MZ.UTF-8 inama help
has "$OUT" "administrações aduaneiras"
expect 0 env LC_ALL=fr_CD.UTF-8 inama help fields
has "$OUT" "Nom de la société"
expect 2 env LC_ALL=fr_CD.UTF-8 inama find --limit x
has "$ERR" "un nombre de 1 à 10000 attendu"
expect 1 env LC_ALL=fr_CD.UTF-8 inama policy check none.yaml
has "$ERR" "introuvable"
expect 0 env LC_ALL=de_DE.UTF-8 inama help
has "$OUT" "customs administrations"
