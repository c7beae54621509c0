/** Built into one file and run by node's own test runner: tests/unit/test_storefront_parts.py. */

import './chart_columns.test'
import './colour.test'
import './film.test'
import './house.test'
import './live_feed.test'
import './payment.test'
import './pick.test'
import './words.test'
