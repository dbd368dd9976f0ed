// Package element reads the XML of event packages: elements, attributes and text
// as a tree, bounded in size, number and depth. It knows neither document types
// nor entities beside XML's own five, so that a body cannot grow while it is read,
// and it drops namespace prefixes: the vocabularies here do not share names.
package element
