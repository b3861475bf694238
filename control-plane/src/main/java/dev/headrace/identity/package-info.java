/** Accounts, passwords, tokens, and who the caller of a request is. */
@NullMarked
package dev.headrace.identity;

import org.jspecify.annotations.NullMarked;
