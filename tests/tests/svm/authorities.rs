//! Who may do what (I313 to I315).
