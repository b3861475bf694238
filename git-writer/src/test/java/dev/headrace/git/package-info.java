/** Tests of the platform repository, with stock git as the judge. */
@NullMarked
package dev.headrace.git;

import org.jspecify.annotations.NullMarked;
