//! `commflow bench`.
use crate::cli::Failure;
use clap::Args;
/// Measures.
#[derive(Debug, Args)]
pub struct Bench {}
impl Bench {
    /// Runs the command.
    ///
    /// # Errors
    /// None.
    pub fn run(self) -> Result<(), Failure> {
        Ok(())
    }
}
