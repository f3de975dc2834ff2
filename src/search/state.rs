//! What the indexer and those who search share: where the index stands, and what reads it.

use crate::search::index::unavailable;
use crate::search::view::View;
use crate::search::writing::Writing;
use crate::types::Result;
use crate::types::error::Error;
use serde::Serialize;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;
use tokio::sync::watch;
use utoipa::ToSchema;

/// Where the index stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(tag = "status", rename_all = "lowercase")]
#[schema(as = IndexState)]
pub enum Phase {
    /// It is being opened, or can't be.
    Unavailable,
    /// It is being built.
    #[serde(rename = "rebuilding")]
    Building {
        /// Contacts and threads so far.
        done: u64,
        /// In all.
        total: u64,
    },
    /// It can be searched.
    Ready,
}

#[derive(Debug, Clone, Copy)]
struct State {
    phase: Phase,
    /// The last event that can be found.
    event: i64,
    /// The last event whose erasures have left the files.
    erased: i64,
}

/// The shared part.
pub struct Shared {
    state: watch::Sender<State>,
    view: RwLock<Option<Arc<View>>>,
}

impl Default for Shared {
    fn default() -> Self {
        let state = State { phase: Phase::Unavailable, event: -1, erased: -1 };
        Self { state: watch::Sender::new(state), view: RwLock::default() }
    }
}

impl Shared {
    /// Where the index stands.
    pub fn phase(&self) -> Phase {
        self.state.borrow().phase
    }

    pub(super) fn set(&self, phase: Phase) {
        self.state.send_modify(|state| state.phase = phase);
    }

    /// Nothing can be searched from now on.
    pub(super) fn close(&self) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.state.send_replace(State { phase: Phase::Unavailable, event: -1, erased: -1 });
    }

    /// What was committed can be searched.
    pub(super) fn show(&self, writing: &Writing) -> Result<()> {
        let view = Arc::new(View::of(&writing.opened).map_err(unavailable)?);
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Some(view);
        self.state.send_modify(|state| {
            state.phase = Phase::Ready;
            state.event = writing.note.event;
            if !writing.note.erasing {
                state.erased = writing.note.event;
            }
        });
        Ok(())
    }

    /// Whether somebody waits for the indexer.
    pub(super) fn is_awaited(&self) -> bool {
        self.state.receiver_count() > 0
    }

    /// Whether events up to this one can be found.
    pub fn is_at(&self, event: i64) -> bool {
        self.state.borrow().event >= event
    }

    /// Waits until events up to this one can be found; whether they can.
    pub async fn reach(&self, event: i64, patience: Duration) -> bool {
        self.wait(patience, |state| state.event >= event).await
    }

    /// Waits until what was erased up to this event has left the index's files; whether it has.
    pub async fn erase(&self, event: i64, patience: Duration) -> bool {
        self.wait(patience, |state| state.erased >= event).await
    }

    async fn wait(&self, patience: Duration, reached: impl FnMut(&State) -> bool) -> bool {
        let mut receiver = self.state.subscribe();
        tokio::time::timeout(patience, receiver.wait_for(reached)).await.is_ok_and(|found| found.is_ok())
    }

    /// What a search asks.
    ///
    /// # Errors
    /// `unavailable` while there is nothing to ask.
    pub fn view(&self) -> Result<Arc<View>> {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner).clone();
        view.ok_or_else(|| match self.phase() {
            Phase::Building { done, total } => {
                let percent = done * 100 / total.max(1);
                Error::unavailable(format!("The search index is being rebuilt ({percent} %); please try again soon."))
            }
            _ => Error::unavailable("Searching is not possible at the moment; please try again."),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_the_index_is_built_a_search_hears_how_far_it_is_and_when_to_ask_again() {
        let shared = Shared::default();
        shared.set(Phase::Building { done: 43, total: 100 });
        let error = shared.view().err().unwrap();
        assert!(error.message.contains("43 %"), "{error}");
        assert_eq!((error.code.status(), error.retry_after_s), (503, Some(1)));
        let phase = serde_json::to_string(&shared.phase()).unwrap();
        assert_eq!(phase, r#"{"status":"rebuilding","done":43,"total":100}"#);
    }
}
