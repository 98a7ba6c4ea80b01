/* The main of every Check program: runs the one suite() that the test file defines.
 *
 * Check runs each test in a child process of its own, so a crash or a sanitizer's finding fails that test alone. nng
 * does not survive a fork; a test file that opens nng defines `const bool suite_no_fork = true;` and runs in one
 * process.
 *
 *     build/debug/tests/unit.core.codes                       all tests of the file
 *     CK_RUN_CASE=transport build/debug/tests/unit.core.codes  one test case
 *     CK_FORK=no gdb build/debug/tests/unit.core.codes         in one process, for the debugger
 *     CK_VERBOSITY=verbose ...                                 names every test
 */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

Suite *suite(void);

extern const bool suite_no_fork __attribute__((weak)); /* at address NULL where the test file does not define it */

int main(void) {
    SRunner *runner = srunner_create(suite());
    if (&suite_no_fork && suite_no_fork) {
        srunner_set_fork_status(runner, CK_NOFORK);
    }
    srunner_run_all(runner, CK_ENV);
    int run = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE; /* a suite without tests has tested nothing */
}
