//! The web inbox as a person uses it: in Debian's Chromium, driven by its own driver, against the real program.

mod stage;

mod inbox;
mod looks;
mod parts;
mod signing_in;
mod strangers;
mod together;
