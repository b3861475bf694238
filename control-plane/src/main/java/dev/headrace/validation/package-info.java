/** Asks isolated CPython processes whether source may be deployed; nothing of it is executed. */
@NullMarked
package dev.headrace.validation;

import org.jspecify.annotations.NullMarked;
