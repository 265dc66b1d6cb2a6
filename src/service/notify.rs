//! Messages to people.
//!
//! Whoever has something to tell calls [`Service::tell`], once for each event. Here messages wait in this process, at most
//! [`WAITING_MAX`]; what carries them farther takes them from there.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, PoisonError},
};

use super::Service;
use crate::domain::Phone;

/// The oldest go first once more wait.
const WAITING_MAX: usize = 1_000;

/// A text message to a person. It shows neither the number nor the text by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about: of two with the same event the second is not sent.
    pub event: String,
    /// To whom.
    pub to: Phone,
    /// What it says.
    pub text: String,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("event", &self.event).finish_non_exhaustive()
    }
}

/// The messages that wait.
#[derive(Default)]
pub(super) struct Messages(Mutex<VecDeque<Message>>);

impl Service {
    /// Has a message sent.
    pub fn tell(&self, message: Message) {
        let mut waiting = self.inner.messages.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.iter().any(|known| known.event == message.event) {
            return;
        }
        if waiting.len() >= WAITING_MAX {
            waiting.pop_front();
        }
        waiting.push_back(message);
    }

    /// The messages that wait, oldest first; they wait no more.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Message> {
        self.inner.messages.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}
