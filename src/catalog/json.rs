//! The catalog JSON of the contract.
