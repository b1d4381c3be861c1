//! tree-sitter: cuts a file into top-level statements ("islands"), parses each and caches it by its text.
