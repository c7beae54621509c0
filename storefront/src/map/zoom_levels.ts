/** From these distances between seats, in CSS pixels, one sees: a mosaic of seats, round seats, row
 *  letters, seat numbers. Below the first a section is one surface. */

export const MOSAIC_PIXELS = 2.2
export const ROUND_PIXELS = 6.5
export const ROW_NAMES_PIXELS = 11
export const NUMBERS_PIXELS = 21
