//! A home delivery followed and changed by its link.
