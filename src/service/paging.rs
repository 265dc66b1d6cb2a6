/// Cuts what was `found` to `limit`, of which one more was asked for to learn whether the list goes on; answers the place after
/// which it does.
pub(super) fn cut<T, C>(found: &mut Vec<T>, limit: u32, place: impl FnOnce(&T) -> C) -> Option<C> {
    let goes_on = found.len() > limit as usize;
    found.truncate(limit as usize);
    found.last().filter(|_| goes_on).map(place)
}
