//! The only room that talks to a database: connects (read-only, with timeouts), introspects, watches, gathers evidence.
