//! The code lists of CBV 2.0 and the sensor terms of the GS1 Web Vocabulary.

/// A code list: its words stand bare in JSON, for a URI made of `base` and the word.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// What the words name.
    pub(super) what: &'static str,
    /// What stands in front of a word in its URI.
    pub(super) base: &'static str,
    /// What stood in front of a word in its URN, before CBV 2.0.
    pub(super) urn: Option<&'static str>,
    words: &'static [&'static str],
}

/// The namespace of CBV.
pub(super) const CBV: &str = "https://ref.gs1.org/cbv/";
/// The namespace of the GS1 Web Vocabulary.
pub(super) const GS1_VOC: &str = "https://gs1.org/voc/";

impl Vocabulary {
    /// Whether a bare word is in the list.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    /// The URI of a bare word of the list.
    pub(super) fn uri(&self, word: &str) -> Option<String> {
        self.has(word).then(|| format!("{}{word}", self.base))
    }

    /// Of a URI or CURIE that names a term of this list by its form: whether there is such a term.
    pub(super) fn knows(&self, uri: &str) -> Option<bool> {
        // GS1_VOC holds many other terms besides those of the list.
        let word = if self.base.starts_with(CBV) {
            let curie = self.base.strip_prefix(CBV).unwrap_or_default();
            uri.strip_prefix(self.base).or_else(|| uri.strip_prefix("cbv:")?.strip_prefix(curie))?
        } else {
            return None;
        };
        Some(self.has(word))
    }
}

/// `urn:epcglobal:cbv:bizstep:receiving` as `https://ref.gs1.org/cbv/BizStep-receiving`.
pub(super) fn uri_of_urn(text: &str) -> Option<String> {
    [&BIZ_STEP, &DISPOSITION, &BIZ_TRANSACTION_TYPE, &SOURCE_DESTINATION_TYPE, &ERROR_REASON]
        .into_iter()
        .find_map(|list| Some(format!("{}{}", list.base, text.strip_prefix(list.urn?)?)))
}

/// CBV 7.1.
pub(super) static BIZ_STEP: Vocabulary = Vocabulary {
    what: "business step",
    base: "https://ref.gs1.org/cbv/BizStep-",
    urn: Some("urn:epcglobal:cbv:bizstep:"),
    words: &[
        "accepting",
        "arriving",
        "assembling",
        "collecting",
        "commissioning",
        "consigning",
        "creating_class_instance",
        "cycle_counting",
        "decommissioning",
        "departing",
        "destroying",
        "disassembling",
        "dispensing",
        "encoding",
        "entering_exiting",
        "holding",
        "inspecting",
        "installing",
        "killing",
        "loading",
        "other",
        "packing",
        "picking",
        "receiving",
        "removing",
        "repackaging",
        "repairing",
        "replacing",
        "reserving",
        "retail_selling",
        "sampling",
        "sensor_reporting",
        "shipping",
        "staging_outbound",
        "stock_taking",
        "stocking",
        "storing",
        "transporting",
        "unloading",
        "unpacking",
        "void_shipping",
    ],
};

/// CBV 7.2.
pub(super) static DISPOSITION: Vocabulary = Vocabulary {
    what: "disposition",
    base: "https://ref.gs1.org/cbv/Disp-",
    urn: Some("urn:epcglobal:cbv:disp:"),
    words: &[
        "active",
        "available",
        "completeness_inferred",
        "completeness_verified",
        "conformant",
        "container_closed",
        "container_open",
        "damaged",
        "destroyed",
        "dispensed",
        "disposed",
        "encoded",
        "expired",
        "in_progress",
        "in_transit",
        "inactive",
        "mismatch_class",
        "mismatch_instance",
        "mismatch_quantity",
        "needs_replacement",
        "no_pedigree_match",
        "non_conformant",
        "non_sellable_other",
        "partially_dispensed",
        "recalled",
        "reserved",
        "retail_sold",
        "returned",
        "sellable_accessible",
        "sellable_not_accessible",
        "stolen",
        "unavailable",
        "unknown",
    ],
};

/// CBV 7.3.
pub(super) static BIZ_TRANSACTION_TYPE: Vocabulary = Vocabulary {
    what: "type of business transaction",
    base: "https://ref.gs1.org/cbv/BTT-",
    urn: Some("urn:epcglobal:cbv:btt:"),
    words: &[
        "bol",
        "cert",
        "desadv",
        "inv",
        "pedigree",
        "po",
        "poc",
        "prodorder",
        "recadv",
        "rma",
        "testprd",
        "testres",
        "upevt",
    ],
};

/// CBV 7.4.
pub(super) static SOURCE_DESTINATION_TYPE: Vocabulary = Vocabulary {
    what: "type of source or destination",
    base: "https://ref.gs1.org/cbv/SDT-",
    urn: Some("urn:epcglobal:cbv:sdt:"),
    words: &["location", "owning_party", "possessing_party"],
};

/// CBV 7.5.
pub(super) static ERROR_REASON: Vocabulary = Vocabulary {
    what: "reason of an error",
    base: "https://ref.gs1.org/cbv/ER-",
    urn: Some("urn:epcglobal:cbv:er:"),
    words: &["did_not_occur", "incorrect_data"],
};

/// CBV 7.8.
pub(super) static COMPONENT: Vocabulary = Vocabulary {
    what: "component of a measurement",
    base: "https://ref.gs1.org/cbv/Comp-",
    urn: None,
    words: &[
        "altitude",
        "axial_distance",
        "azimuth",
        "easting",
        "elevation_angle",
        "height",
        "latitude",
        "longitude",
        "northing",
        "polar_angle",
        "spherical_radius",
        "x",
        "y",
        "z",
    ],
};

/// CBV 7.7: `gs1:SensorAlertType`.
pub(super) static EXCEPTION: Vocabulary = Vocabulary {
    what: "exception of a sensor",
    base: "https://gs1.org/voc/",
    urn: None,
    words: &["ALARM_CONDITION", "ERROR_CONDITION"],
};

/// CBV 7.6: `gs1:MeasurementType`.
pub(super) static MEASUREMENT: Vocabulary = Vocabulary {
    what: "type of measurement",
    base: "https://gs1.org/voc/",
    urn: None,
    words: &[
        "AbsoluteHumidity",
        "AbsorbedDose",
        "AbsorbedDoseRate",
        "Acceleration",
        "Altitude",
        "AmountOfSubstance",
        "AmountOfSubstancePerUnitVolume",
        "Angle",
        "AngularAcceleration",
        "AngularMomentum",
        "AngularVelocity",
        "Area",
        "Capacitance",
        "Conductance",
        "Conductivity",
        "Count",
        "Density",
        "Dimensionless",
        "DoseEquivalent",
        "DoseEquivalentRate",
        "DynamicViscosity",
        "ElectricCharge",
        "ElectricCurrent",
        "ElectricCurrentDensity",
        "ElectricFieldStrength",
        "Energy",
        "Exposure",
        "Force",
        "Frequency",
        "Illuminance",
        "Inductance",
        "Irradiance",
        "KinematicViscosity",
        "Length",
        "LinearMomentum",
        "Luminance",
        "LuminousFlux",
        "LuminousIntensity",
        "MagneticFlux",
        "MagneticFluxDensity",
        "MagneticVectorPotential",
        "Mass",
        "MassConcentration",
        "MassFlowRate",
        "MassPerAreaTime",
        "MemoryCapacity",
        "MolalityOfSolute",
        "MolarEnergy",
        "MolarMass",
        "MolarVolume",
        "Power",
        "Pressure",
        "RadiantFlux",
        "RadiantIntensity",
        "Radioactivity",
        "RelativeHumidity",
        "Resistance",
        "Resistivity",
        "SolidAngle",
        "SpecificVolume",
        "Speed",
        "SurfaceDensity",
        "SurfaceTension",
        "Temperature",
        "Time",
        "Torque",
        "Voltage",
        "Volume",
        "VolumeFlowRate",
        "VolumeFraction",
        "VolumetricFlux",
        "Wavenumber",
    ],
};
