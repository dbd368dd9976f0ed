// Package sbom lists what programs are made of: a CycloneDX 1.6 document, from the
// modules that the Go linker has written into each program.
package sbom
