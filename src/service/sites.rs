use crate::domain::{Site, SiteKind, fold, sort_key};

use super::{Service, ServiceError};

/// Which sites to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteQuery {
    /// Words that code or name contain, diacritics and capitals disregarded.
    pub words: Option<String>,
    /// Only this kind.
    pub kind: Option<SiteKind>,
    /// Only what comes after the site with this code.
    pub after: Option<String>,
}

/// A part of a list of sites.
#[derive(Debug, Clone)]
pub struct SitePage {
    /// The sites, in the order of a Vietnamese dictionary.
    pub sites: Vec<Site>,
    /// The code of the last site when the list goes on.
    pub next: Option<String>,
}

impl Service {
    /// A list of sites, at most `limit` of them.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when `after` names no site.
    pub fn sites(&self, query: &SiteQuery, limit: usize) -> Result<SitePage, ServiceError> {
        let centre = self.centre()?;
        let mut sites: Vec<&Site> = centre.sites.iter().collect();
        sites.sort_by_cached_key(|site| (sort_key(&site.name), site.code.clone()));
        let begin = match &query.after {
            None => 0,
            Some(code) => {
                let place = sites.iter().position(|site| site.code == *code);
                place.ok_or_else(|| ServiceError::not_found("site", code))? + 1
            }
        };
        let words: Vec<String> =
            query.words.iter().flat_map(|text| fold(text).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        let matches = |site: &&Site| {
            let text = format!("{} {}", fold(&site.code), fold(&site.name));
            query.kind.is_none_or(|kind| site.kind == kind) && words.iter().all(|word| text.contains(word))
        };
        let mut found = sites.split_off(begin).into_iter().filter(matches);
        let page: Vec<Site> = found.by_ref().take(limit).cloned().collect();
        let next = found.next().and(page.last()).map(|site| site.code.clone());
        Ok(SitePage { sites: page, next })
    }

    /// One site.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn site(&self, code: &str) -> Result<Site, ServiceError> {
        self.centre()?.site_by_code(code).cloned().ok_or_else(|| ServiceError::not_found("site", code))
    }
}
