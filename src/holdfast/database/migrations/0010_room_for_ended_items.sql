-- When many holds expire at once, each of their items is written again: beside where it was.

ALTER TABLE order_item SET (fillfactor = 50);
