//! Who has what at one point of the order: the state that a scan fits or does not, and changes.

use crate::domain::Party;

/// What a scan does to the things that are looked at, as far as custody goes. Things are named by their place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) actor: Party,
    pub(super) act: Act,
    /// The things scanned.
    pub(super) named: Vec<usize>,
}

/// An action, as far as custody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// The actor begins to hold it.
    Register,
    /// Into this container.
    Seal(usize),
    /// Out of this container.
    Open(usize),
    /// Handed to a party.
    Give(Party),
    /// Taken from a party.
    Receive(Party),
    Deliver,
    /// The actor has it and keeps it: loaded, unloaded, counted, damaged, not delivered.
    Keep,
    Find,
    Miss,
    /// Found in a pouch that it was never sealed into.
    Extra,
}

/// One thing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Thing {
    holder: Option<Party>,
    /// To whom it is being handed.
    handover: Option<Party>,
    /// The container that it is sealed in.
    inside: Option<usize>,
    missing: bool,
    /// It has not begun yet: the scan that registers it, or first seals it as a pouch, is still to come.
    unborn: bool,
    /// It is a container that was opened and not sealed since.
    opened: bool,
}

/// How a scan contradicts what is known of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Somebody else should have it.
    Holder { expected: Option<Party>, found: Party },
    /// It is being handed to somebody, and that was not scanned as received.
    NotReceived { giver: Party, receiver: Party },
    /// The other side did not hand it over.
    NotGiven { giver: Party },
    /// It should be in this container.
    Outside(usize),
    /// It was not sealed into the container in which it was found.
    NotInside,
    /// It was sealed into the container and not found in it.
    LeftOut(usize),
}

/// Who has what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Token(Vec<Thing>);

impl Token {
    /// Nobody has anything yet. `births` says of each thing whether some scan begins it; without one any scan may.
    pub(super) fn new(births: &[bool]) -> Self {
        Self(births.iter().map(|birth| Thing { unborn: *birth, ..Thing::default() }).collect())
    }

    /// The container that holds `thing` and is in none itself, or `thing`.
    fn outermost(&self, thing: usize) -> usize {
        let mut at = thing;
        while let Some(container) = self.0[at].inside {
            at = container;
        }
        at
    }

    /// Who has it: what is sealed in is where its container is.
    pub(super) fn holder(&self, thing: usize) -> Option<Party> {
        self.0[self.outermost(thing)].holder
    }

    /// To whom it is being handed.
    pub(super) fn handover(&self, thing: usize) -> Option<Party> {
        self.0[self.outermost(thing)].handover
    }

    pub(super) fn inside(&self, thing: usize) -> Option<usize> {
        self.0[thing].inside
    }

    pub(super) fn is_missing(&self, thing: usize) -> bool {
        self.0[thing].missing
    }

    /// Whether a container of `thing` is among `named`, so that `thing` moves with it.
    fn rides_along(&self, thing: usize, named: &[usize]) -> bool {
        let mut at = thing;
        while let Some(container) = self.0[at].inside {
            if named.contains(&container) {
                return true;
            }
            at = container;
        }
        false
    }

    /// Whether nothing contradicts the step. An empty pouch may be scanned without contradiction, but that is so rare that an
    /// order of scans should not rest on it.
    pub(super) fn fits(&self, step: &Step) -> bool {
        step.named.iter().all(|thing| !self.0[*thing].opened) && self.misfits(step).next().is_none()
    }

    /// What contradicts the step, thing by thing.
    pub(super) fn misfits<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = (usize, Misfit)> + 'a {
        let container = match step.act {
            Act::Seal(container) | Act::Open(container) => Some(container),
            _ => None,
        };
        let named = step.named.iter().filter(|thing| !self.rides_along(**thing, &step.named));
        let of_named = named.filter_map(move |thing| Some((*thing, self.misfit(step, *thing)?)));
        let of_container = container.and_then(|thing| Some((thing, self.container_misfit(step, thing)?)));
        let left_out = match step.act {
            Act::Open(container) => (0..self.0.len())
                .filter(|thing| self.0[*thing].inside == Some(container) && !step.named.contains(thing))
                .map(|thing| (thing, Misfit::LeftOut(container)))
                .collect(),
            _ => Vec::new(),
        };
        of_container.into_iter().chain(of_named).chain(left_out)
    }

    fn container_misfit(&self, step: &Step, container: usize) -> Option<Misfit> {
        match (step.act, self.keeping(step.actor, container)) {
            // Empty pouches go back without a scan, so anybody may seal one.
            (Act::Seal(_), Some(Misfit::Holder { .. })) if self.0.iter().all(|it| it.inside != Some(container)) => None,
            (_, misfit) => misfit,
        }
    }

    fn misfit(&self, step: &Step, thing: usize) -> Option<Misfit> {
        let holder = self.holder(thing);
        match step.act {
            Act::Miss => None,
            Act::Find if self.0[thing].missing => None,
            Act::Open(container) if self.0[thing].inside == Some(container) => None,
            Act::Open(_) | Act::Extra => Some(Misfit::NotInside),
            Act::Receive(giver) => match (self.0[thing].inside, self.0[thing].handover) {
                (Some(container), _) => Some(Misfit::Outside(container)),
                (None, Some(receiver)) if receiver == step.actor && holder == Some(giver) => None,
                (None, Some(receiver)) if receiver == step.actor => {
                    Some(Misfit::Holder { expected: holder, found: giver })
                }
                (None, Some(receiver)) => holder.map(|giver| Misfit::NotReceived { giver, receiver }),
                (None, None) if holder == Some(giver) || holder.is_none() => Some(Misfit::NotGiven { giver }),
                (None, None) => Some(Misfit::Holder { expected: holder, found: step.actor }),
            },
            Act::Register if self.0[thing].unborn => None,
            Act::Register | Act::Seal(_) | Act::Give(_) | Act::Deliver | Act::Keep | Act::Find => {
                self.keeping(step.actor, thing)
            }
        }
    }

    /// What contradicts that the actor has the thing, by itself and free to be acted on.
    fn keeping(&self, actor: Party, thing: usize) -> Option<Misfit> {
        let Thing { inside, handover, unborn, .. } = self.0[thing];
        let holder = self.holder(thing);
        match (inside, handover, holder) {
            (Some(container), _, _) => Some(Misfit::Outside(container)),
            (None, Some(receiver), Some(giver)) => Some(Misfit::NotReceived { giver, receiver }),
            (None, _, None) if unborn => Some(Misfit::Holder { expected: None, found: actor }),
            (None, _, None) => None,
            (None, _, Some(holder)) if holder == actor => None,
            (None, _, Some(holder)) => Some(Misfit::Holder { expected: Some(holder), found: actor }),
        }
    }

    /// Changes the state as the step says: a scan is a physical fact, whether it fits or not.
    pub(super) fn apply(&mut self, step: &Step) {
        match step.act {
            Act::Seal(container) => {
                self.hold(container, step.actor);
                for thing in &step.named {
                    self.hold(*thing, step.actor);
                    // Two pouches that are each in the other cannot be.
                    if !self.contains(*thing, container) {
                        self.0[*thing].inside = Some(container);
                    }
                }
            }
            Act::Open(container) => {
                let before = self.holder(container);
                for thing in 0..self.0.len() {
                    if self.0[thing].inside == Some(container) {
                        self.0[thing].inside = None;
                        self.0[thing].holder = before;
                        self.0[thing].handover = None;
                        self.0[thing].missing |= !step.named.contains(&thing);
                    }
                }
                self.hold(container, step.actor);
                self.0[container].opened = true;
                for thing in &step.named {
                    self.hold(*thing, step.actor);
                }
            }
            _ => {
                // What rides along is found before anything is taken out.
                let moved: Vec<usize> =
                    step.named.iter().copied().filter(|thing| !self.rides_along(*thing, &step.named)).collect();
                for thing in moved {
                    self.act_on(step, thing);
                }
            }
        }
    }

    fn act_on(&mut self, step: &Step, thing: usize) {
        match step.act {
            Act::Miss => self.0[thing].missing = true,
            Act::Give(to) => {
                self.hold(thing, step.actor);
                self.0[thing].handover = Some(to);
            }
            Act::Deliver => self.hold(thing, Party::Recipient),
            _ => self.hold(thing, step.actor),
        }
    }

    /// `holder` has the thing by itself.
    fn hold(&mut self, thing: usize, holder: Party) {
        self.0[thing] = Thing { holder: Some(holder), ..Thing::default() };
    }

    fn contains(&self, container: usize, thing: usize) -> bool {
        let mut at = Some(thing);
        while let Some(place) = at {
            if place == container {
                return true;
            }
            at = self.0[place].inside;
        }
        false
    }
}
