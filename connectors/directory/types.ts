/** schema.org types below LocalBusiness, and the organisations that a directory may list. Type names only, no IRIs. */
const BUSINESS = `LocalBusiness AnimalShelter ArchiveOrganization AutomotiveBusiness AutoBodyShop AutoDealer AutoPartsStore
AutoRental AutoRepair AutoWash GasStation MotorcycleDealer MotorcycleRepair ChildCare Dentist DryCleaningOrLaundry
EmergencyService FireStation Hospital PoliceStation EmploymentAgency EntertainmentBusiness AdultEntertainment
AmusementPark ArtGallery Casino ComedyClub MovieTheater NightClub FinancialService AccountingService AutomatedTeller
BankOrCreditUnion InsuranceAgency FoodEstablishment Bakery BarOrPub Brewery CafeOrCoffeeShop Distillery
FastFoodRestaurant IceCreamShop Restaurant Winery GovernmentOffice PostOffice HealthAndBeautyBusiness BeautySalon
DaySpa HairSalon HealthClub NailSalon TattooParlor HomeAndConstructionBusiness Electrician GeneralContractor
HVACBusiness HousePainter Locksmith MovingCompany Plumber RoofingContractor InternetCafe LegalService Attorney Notary
Library LodgingBusiness BedAndBreakfast Campground Hostel Hotel Motel Resort SkiResort VacationRental MedicalBusiness
CommunityHealth Dermatology DietNutrition Emergency Geriatric Gynecologic MedicalClinic CovidTestingFacility Midwifery
Nursing Obstetric Oncologic Optician Optometric Otolaryngologic Pediatric Pharmacy Physician IndividualPhysician
PhysiciansOffice Physiotherapy PlasticSurgery Podiatric PrimaryCare Psychiatric PublicHealth ProfessionalService
RadioStation RealEstateAgent RecyclingCenter SelfStorage ShoppingCenter SportsActivityLocation BowlingAlley
ExerciseGym GolfCourse PublicSwimmingPool SportsClub StadiumOrArena TennisComplex Store BikeStore BookStore
ClothingStore ComputerStore ConvenienceStore DepartmentStore ElectronicsStore Florist FurnitureStore GardenStore
GroceryStore HardwareStore HobbyShop HomeGoodsStore JewelryStore LiquorStore MensClothingStore MobilePhoneStore
MovieRentalStore MusicStore OfficeEquipmentStore OutletStore PawnShop PetStore ShoeStore SportingGoodsStore TireShop
ToyStore WholesaleStore TelevisionStation TouristInformationCenter TravelAgency VeterinaryCare MedicalOrganization
DiagnosticLab AutomotiveDealer Supermarket`;
const ORGANISATION = `Organization Corporation NGO EducationalOrganization School CollegeOrUniversity HighSchool
ElementarySchool MiddleSchool Preschool Airline Consortium OnlineBusiness OnlineStore PerformingGroup SportsOrganization
GovernmentOrganization NewsMediaOrganization`;

const businessTypes = new Set(BUSINESS.split(/\s+/));
const organisationTypes = new Set(ORGANISATION.split(/\s+/));

/** A type name without vocabulary: `https://schema.org/Store`, `schema:Store` and `Store` are one. */
export function typeName(type: string): string {
  return type.trim().replace(/^.*[/#:]/, "");
}

/** The names in a `@type` or `itemtype`, which may hold several. */
export function typeNames(type: unknown): readonly string[] {
  const list = Array.isArray(type) ? type : [type];
  return list.flatMap((item) => (typeof item === "string" ? item.split(/\s+/).map(typeName) : []));
}

/** True for a local business of any kind. */
export function isBusiness(types: readonly string[]): boolean {
  return types.some((type) => businessTypes.has(type));
}

/** True for an organisation that is no local business: listed only when it has an address or a telephone. */
export function isOrganisation(types: readonly string[]): boolean {
  return types.some((type) => organisationTypes.has(type));
}
